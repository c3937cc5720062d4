/** What whole steps are measured on: batches in which every row counts, of every kind of Program, and only finite numbers. */
import { expect, test } from "vitest";
import { spec } from "../../../tests/engine/whole-program.ts";
import { USUAL_OPTIMIZERS } from "../../core/optimizer-choice.ts";
import { buildProgram } from "../../engine/build-program.ts";
import type { ProgramSpec } from "../../engine/program-spec.ts";
import { createReferencePlayer } from "../reference/player.ts";
import { createTrainingRunner, trainingOf } from "./training-runner.ts";

const { adam, rmsprop } = USUAL_OPTIMIZERS;

test.each<[string, Partial<ProgramSpec>, number]>([
  ["a value at every step", {}, 12],
  ["a class at the last step", { head: "last", loss: { name: "ce", smoothing: 0 }, outputs: 3, optimizer: adam }, 3],
  ["windows of different lengths", { masked: true, optimizer: rmsprop }, 12],
  ["symbols", { input: "tokens", loss: { name: "ce", smoothing: 0 }, outputs: 5 }, 12],
  ["a pruned model and a sum", { pruned: true, reduction: "sum" }, 1],
])("every row counts: %s", async (_what, changes, count) => {
  const { program } = buildProgram(spec(changes));
  const training = trainingOf({ ...program, models: 2 });
  const player = createReferencePlayer(training);
  const { run } = createTrainingRunner(player, training, () => 0);
  await run();
  await run();
  for (const model of [0, 1]) {
    const read = (name: string) => player.read(name, 0, undefined, model);
    expect(await read("count")).toEqual(Float32Array.of(count));
    expect(await read("flags")).toEqual(Uint32Array.of(0));
    // Something to learn from every model's own rows.
    expect((await read("norm"))[0]).toBeGreaterThan(0);
    if (changes.masked) expect(await read("steps.mask")).toEqual(new Float32Array(12).fill(1));
    if (changes.pruned) expect((await read("params")).every((weight) => weight !== 0)).toBe(true);
  }
});
