/**
 * What crosses between engine and player while training: nothing up but starts, nothing down but metrics and flags; and
 * what happens when the player is lost with work in flight.
 */
import { describe, expect, test } from "vitest";
import { createReferenceBackend } from "../../src/backends/reference/player.ts";
import type { Backend, Player } from "../../src/core/backend.ts";
import { BackendLostError } from "../../src/core/errors.ts";
import { advanceTo, exampleExperiment, openRun, sineDataset } from "./examples.ts";

/** The CPU backend with every call of its player announced before it is made. */
function listen(announce: (call: keyof Player, tensor: string) => void): Backend {
  const backend = createReferenceBackend();
  return {
    ...backend,
    create: async (program, plan) => {
      const player = await backend.create(program, plan);
      return {
        ...player,
        write(tensor, ...place) {
          announce("write", tensor);
          player.write(tensor, ...place);
        },
        async read(tensor, ...place) {
          announce("read", tensor);
          return player.read(tensor, ...place);
        },
        async readAll(tensor, ...place) {
          announce("readAll", tensor);
          return player.readAll(tensor, ...place);
        },
      };
    },
  };
}

describe("twenty training steps", () => {
  test("upload starts and read metrics and flags", async () => {
    const calls = new Set<string>();
    const backend = listen((call, tensor) => calls.add(`${call} ${tensor}`));
    const run = await openRun(exampleExperiment({ evaluateEvery: 1000 }), sineDataset(), { backend });
    calls.clear();
    await advanceTo(run, 20);
    expect([...calls].sort()).toEqual(["readAll flags", "readAll metrics", "write starts"]);
    expect(run.counts.dispatches["optimizer-adam"]).toBe(20);
  });
});

describe("a lost device", () => {
  // Reads that reject from the given one on: in the midst of a chunk, of a recovery state, of an evaluation.
  test.each([
    ["fresh", "never", 5],
    ["fresh", "never", 12],
    ["fresh", "never", 30],
    ["fresh", "never", 47],
    ["carried", "never", 12],
    ["carried", "never", 33],
    ["fresh", 2, 12],
    ["carried", 3, 33],
  ] as const)(
    "with %s state, checkpoint %s, at read %i: the run is rebuilt and its losses have no seam",
    async (state, checkpoint, last) => {
      const experiment = exampleExperiment({ state, checkpoint });
      let reads = 0;
      let clock = 0;
      const now = () => {
        clock += 500;
        return clock;
      };
      const backend = listen((call) => {
        if (call.startsWith("read") && ++reads > last) throw new BackendLostError("injected");
      });
      const whole = await advanceTo(await openRun(experiment, sineDataset()), 60);
      const run = await openRun(experiment, sineDataset(), { backend, now });
      const seen: number[] = [];
      const lost = async () => {
        for (;;) {
          const { metrics } = await run.advance(60);
          for (const { first, loss } of metrics) seen.splice(first, loss.length, ...loss);
        }
      };
      await expect(lost()).rejects.toThrow(BackendLostError);
      run.dispose();
      const { recovery } = run;
      expect(recovery.step).toBeLessThanOrEqual(seen.length);
      const rebuilt = await openRun(experiment, sineDataset(), { state: recovery });
      const rest = await advanceTo(rebuilt, 60);
      expect([...seen.slice(0, recovery.step), ...rest.losses]).toEqual(whole.losses);
      expect(seen).toEqual(whole.losses.slice(0, seen.length));
      expect(rest.evaluations.at(-1)).toEqual(whole.evaluations.at(-1));
    },
  );
});
