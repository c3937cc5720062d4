/** Faults that are found while something else waits for the steps in flight: said once by the run, they must reach the page. */
import { afterEach, describe, expect, test, vi } from "vitest";
import { createReferenceBackend } from "../../src/backends/reference/player.ts";
import type { Backend } from "../../src/core/backend.ts";
import { BackendLostError } from "../../src/core/errors.ts";
import type { Command } from "../../src/worker/protocol.ts";
import { type DrivenPage, experiment, openStartedPage } from "./driven-page.ts";
import { createDyingBackend } from "./page.ts";

vi.setConfig({ testTimeout: 60_000 });

/** Numbers in a row of the metrics ring, of which the first is the loss. */
const COLUMNS = 4;
/** The twentieth step in a row with a loss far above the best, which is that of step 0. */
const DIVERGED_AT = 20;

let page: DrivenPage;
afterEach(() => page.close());

/**
 * The CPU player, under the name of a GPU, with losses of our own: from step 1 on far too high. `sent` hears of each chunk,
 * of steps first … end − 1, before anything of it came back; the player fails as a lost device from the moment `lost` says so.
 */
function createDivergingBackend(sent: (first: number, end: number) => void, lost = () => false): Backend {
  const backend = createReferenceBackend();
  let step = 0;
  return {
    ...backend,
    info: { ...backend.info, kind: "webgpu" },
    create: async (program, plan, progress) => {
      const player = await backend.create(program, plan, progress);
      return {
        ...player,
        async read(...place) {
          if (lost()) throw new BackendLostError("the test took the device away");
          return player.read(...place);
        },
        async readAll(tensor, ...place) {
          const values = await player.readAll(tensor, ...place);
          if (tensor !== "metrics") return values;
          const first = step;
          step += values.length / COLUMNS;
          for (let row = 0; first + row < step; row++) values[row * COLUMNS] = first + row === 0 ? 1e-3 : 1e3;
          sent(first, step);
          return values;
        },
      };
    },
  };
}

/** Plays until the steps that diverge are in flight, with `command` as the next thing to be done. */
async function playInto(command: Command): Promise<void> {
  const backend = createDivergingBackend((first, end) => {
    if (first <= DIVERGED_AT && DIVERGED_AT < end) page.deliver(command);
  });
  const openBackend = async () => ({ backend, faults: [] });
  page = await openStartedPage({ openBackend });
  page.send({ type: "play" });
}

const start = { type: "start", runId: 2, experiment, own: null, plan: null, autoplay: false } as const;

describe("a run that diverges in the steps in flight", () => {
  test.each([
    { type: "save", purpose: "keep" },
    { type: "pause" },
    { type: "step" },
    { type: "profile" },
    { type: "check-device" },
  ] as const)("stops and says so when $type waits for them", async (command) => {
    await playInto(command);
    const { runId, fault } = await page.until("fault");
    expect({ runId, code: fault.code, step: fault.details.step }).toEqual({
      runId: 1,
      code: "diverging",
      step: DIVERGED_AT,
    });
    await page.until("playing", ({ playing, reason }) => !playing && reason === "fault");
    if (command.type === "save") expect((await page.until("saved")).bytes.byteLength).toBeGreaterThan(0);
    if (command.type === "check-device") await page.until("device-checked");
    const { step } = await page.save();
    expect(page.losses(1)).toHaveLength(step);
  });

  test("says so when it comes back, where another run was started meanwhile", async () => {
    await playInto(start);
    await page.until("started", ({ runId }) => runId === 2);
    expect(page.events.filter(({ type }) => type === "fault")).toEqual([]);
    page.send({ type: "undo" });
    const { runId, fault } = await page.until("fault");
    expect({ runId, code: fault.code }).toEqual({ runId: 1, code: "diverging" });
  });
});

test("a run that diverges says so also when its device is lost in the picture of that moment", async () => {
  let clockMs = 0;
  const diverging = createDivergingBackend(
    (first) => {
      // Sent before the chunk that diverged is looked at; a picture is due then.
      if (first > DIVERGED_AT) clockMs = 10_000;
    },
    () => clockMs > 0,
  );
  const backends = [diverging, createDyingBackend(Number.POSITIVE_INFINITY)];
  const openBackend = async () => ({ backend: backends.shift(), faults: [] });
  page = await openStartedPage({ openBackend, now: () => clockMs });
  await page.until("snapshot");
  page.send({ type: "acknowledge-snapshot" });
  page.send({ type: "play" });
  expect((await page.until("fault")).fault.code).toBe("diverging");
  await page.until("recovered");
  expect(page.events.filter(({ type }) => type === "playing").at(-1)).toMatchObject({ playing: false });
});

test("a player that fails without being lost stops no new run, and what it did is saved from its last reading", async () => {
  let broken = false;
  const backend = createReferenceBackend();
  let opened = 0;
  const dispose = vi.fn();
  const openBackend = async () => ({
    faults: [],
    backend: {
      ...backend,
      create: async (...parts: Parameters<Backend["create"]>) => {
        const player = await backend.create(...parts);
        if (opened++ > 0) return player;
        const read: typeof player.read = async (...place) => {
          if (broken) throw new Error("the test broke the player");
          return player.read(...place);
        };
        return { ...player, read, dispose };
      },
    },
  });
  page = await openStartedPage({ openBackend });
  await page.trainTo(10);
  broken = true;
  const { step } = await page.save();
  expect(step).toBe(0);
  const { fault } = await page.until("fault");
  expect(fault.details).toEqual({ message: "the test broke the player" });
  page.send(start);
  expect((await page.until("started", ({ runId }) => runId === 2)).canUndo).toBe(true);
  expect(dispose).toHaveBeenCalledTimes(1);
  page.send({ type: "undo" });
  await page.until("started", ({ runId, step: reached }) => runId === 1 && reached === 0, page.events.length);
});

test("a new run that cannot take the place of the old one is let go of", async () => {
  const backend = createReferenceBackend();
  const disposed: number[] = [];
  let opened = 0;
  const openBackend = async () => ({
    faults: [],
    backend: {
      ...backend,
      create: async (...parts: Parameters<Backend["create"]>) => {
        const player = await backend.create(...parts);
        const number = ++opened;
        const dispose = () => {
          disposed.push(number);
          if (number === 1) throw new Error("the test keeps the old player");
        };
        return { ...player, dispose };
      },
    },
  });
  page = await openStartedPage({ openBackend });
  page.send(start);
  const { runId, fault } = await page.until("fault");
  expect({ runId, code: fault.code, disposed }).toEqual({ runId: 2, code: "internal", disposed: [1, 2] });
});
