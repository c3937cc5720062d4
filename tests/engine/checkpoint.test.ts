/** A run through a real file and back: same state, same future; and every way in which a file may not fit. */
import { beforeAll, describe, expect, test } from "vitest";
import { USUAL_OPTIMIZERS } from "../../src/core/optimizer-choice.ts";
import {
  type Checkpoint,
  decodeCheckpoint,
  encodeCheckpoint,
  nonFiniteTensors,
  type UncheckedCheckpoint,
} from "../../src/engine/checkpoint.ts";
import type { RunState } from "../../src/engine/run-state.ts";
import { numbersOf, readSafetensors, writeSafetensors } from "../../src/interop/safetensors.ts";
import { advanceTo, exampleExperiment, openRun, sineDataset } from "./examples.ts";

function throughFile(checkpoint: Checkpoint): UncheckedCheckpoint {
  const file = readSafetensors(writeSafetensors(checkpoint.tensors, checkpoint.metadata));
  const tensors = [...file.tensors].map(
    ([name, stored]) => [name, { shape: stored.shape, data: numbersOf(stored) }] as const,
  );
  return { tensors: new Map(tensors), metadata: file.metadata };
}

const momentum = { ...USUAL_OPTIMIZERS.sgd, momentum: 0.5 };
const rmsprop = { ...USUAL_OPTIMIZERS.rmsprop, centered: true, momentum: 0.5 };
const amsgrad = { ...USUAL_OPTIMIZERS.adamw, amsgrad: true };

describe.each([
  ["adam", exampleExperiment()],
  ["sgd with momentum", exampleExperiment({ optimizer: momentum })],
  ["rmsprop, centred, with momentum", exampleExperiment({ optimizer: rmsprop })],
  ["adamw with amsgrad", exampleExperiment({ optimizer: amsgrad })],
  ["carried state", exampleExperiment({ state: "carried" })],
  ["checkpoints", exampleExperiment({ checkpoint: 2 })],
  ["truncation", exampleExperiment({ truncate: 4 })],
  ["carried state, truncation and checkpoints", exampleExperiment({ state: "carried", truncate: 4, checkpoint: 3 })],
  ["a full batch", exampleExperiment({ batch: "all" })],
])("a run with %s", (_name, experiment) => {
  test("comes back from a file as the same state with the same future", async () => {
    const run = await openRun(experiment, sineDataset());
    await advanceTo(run, 13);
    run.setLive("learningRate", 0.005);
    run.setLive("clipNorm", null);
    await advanceTo(run, 17);
    const state = await run.snapshot();
    const decoded = decodeCheckpoint(throughFile(encodeCheckpoint(state, run.model)));
    expect(decoded).toEqual(state);
    const again = await openRun(decoded.experiment, sineDataset(), { state: decoded });
    expect((await advanceTo(again, 33)).losses).toEqual((await advanceTo(run, 33)).losses);
  });
});

describe("a file that does not fit", () => {
  let state: RunState;
  let checkpoint: Checkpoint;

  beforeAll(async () => {
    const run = await openRun(exampleExperiment(), sineDataset());
    await advanceTo(run, 10);
    state = await run.snapshot();
    checkpoint = encodeCheckpoint(state, run.model);
  });

  const withTensor = (name: string, tensor: { shape: number[]; data: ArrayLike<number> | null } | null) => {
    const tensors = new Map<string, { shape: readonly number[]; data: ArrayLike<number> | null }>(checkpoint.tensors);
    if (tensor) tensors.set(name, tensor);
    else tensors.delete(name);
    return { ...checkpoint, tensors };
  };
  const withText = (key: string, text: string | null) => {
    const metadata = new Map(checkpoint.metadata);
    if (text === null) metadata.delete(key);
    else metadata.set(key, text);
    return { ...checkpoint, metadata };
  };

  test("names the missing, the misshapen, the mistyped and the extra tensor", () => {
    const refused: [UncheckedCheckpoint, Record<string, string>][] = [
      [withTensor("layers.1.U", null), { tensor: "layers.1.U", expected: "[5, 15]", actual: "nothing" }],
      [
        withTensor("optimizer.v.layers.0.bu", { shape: [24, 1], data: new Float32Array(24) }),
        { tensor: "optimizer.v.layers.0.bu", expected: "[24]", actual: "[24, 1]" },
      ],
      [
        withTensor("best.head.b", { shape: [1], data: new Float64Array(1) }),
        { tensor: "best.head.b", expected: "F32", actual: "another element type" },
      ],
      [
        withTensor("layers.2.W", { shape: [1], data: new Float32Array(1) }),
        { tensor: "layers.2.W", expected: "nothing", actual: "a tensor" },
      ],
    ];
    for (const [file, details] of refused) {
      const named = expect.objectContaining({ ...details, count: 1 });
      expect(() => decodeCheckpoint(file)).toThrow(expect.objectContaining({ code: "file-mismatch", details: named }));
    }
  });

  test("lists every difference, not only the first", () => {
    const file = withTensor("layers.1.U", null);
    const tensors = new Map(file.tensors).set("extra", { shape: [1], data: new Float32Array(1) });
    const details = expect.objectContaining({
      count: 2,
      differences: "layers.1.U: expected [5, 15], got nothing; extra: expected nothing, got a tensor",
    });
    expect(() => decodeCheckpoint({ ...file, tensors })).toThrow(expect.objectContaining({ details }));
  });

  test.each([
    ["format", "another", "file-invalid"],
    ["format", null, "file-invalid"],
    ["experiment", "{", "experiment-invalid"],
    ["experiment", '{"version":2}', "experiment-newer"],
    ["run", null, "file-invalid"],
    ["run", '{"step":-1}', "file-invalid"],
    ["plan", '{"gru-forward":{}}', "file-invalid"],
  ])("with %s %s is refused as %s", (key, text, code) => {
    expect(() => decodeCheckpoint(withText(key, text))).toThrow(expect.objectContaining({ code }));
  });

  test("of other data is refused when the run is opened", async () => {
    const dataset = sineDataset();
    if (dataset.target.kind !== "values") throw new Error("the sine has values");
    const rows = new Float32Array(dataset.mask.length * 2);
    const columns = [...dataset.target.columns, ...dataset.target.columns];
    const wider = { ...dataset, target: { ...dataset.target, rows, columns } };
    await expect(openRun(exampleExperiment(), wider, { state })).rejects.toMatchObject({
      code: "file-mismatch",
      details: { what: "outputs", actual: 1, expected: 2 },
    });
  });

  test("lists the tensors that are not finite", () => {
    expect(nonFiniteTensors(checkpoint)).toEqual([]);
    const shape = [1];
    const infinite = withTensor("head.b", { shape, data: Float32Array.of(Number.POSITIVE_INFINITY) });
    expect(nonFiniteTensors(infinite)).toEqual(["head.b"]);
    expect(decodeCheckpoint(infinite).params.some((value) => value === Number.POSITIVE_INFINITY)).toBe(true);
  });
});
