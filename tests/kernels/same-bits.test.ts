/**
 * A thousand training steps, twice, from the same seed by the same plan: parameters, moments and losses end in the same
 * bits, also where one of the two runs was stopped and looked at on its way. Played in every way of training there is;
 * `e2e/same-bits.spec.ts` compares the browser with Node.
 */
import { beforeEach, describe, expect, test } from "vitest";
import { createWasmBackend } from "../../src/backends/wasm/backend.ts";
import type { Backend } from "../../src/core/backend.ts";
import type { Experiment } from "../../src/core/experiment.ts";
import type { LayerChoice } from "../../src/core/layer-choice.ts";
import type { Dataset } from "../../src/core/task.ts";
import { advanceTo, exampleExperiment, openRun, sineDataset, textDataset } from "../engine/examples.ts";
import { sharedBackend } from "./shared-backend.ts";
import { withWholeSteps } from "./whole-steps.ts";

const STEPS = 1000;
const MIDDLE = 437;

const { backend: wholeSteps, takeDispatches } = withWholeSteps(sharedBackend);

interface Example {
  readonly name: string;
  readonly experiment: Experiment;
  readonly dataset: Dataset;
}

/** Batches of 3 of the windows in an order drawn from the seed, gradients clipped. */
function example(
  name: string,
  layers: readonly LayerChoice[],
  changes: Partial<Experiment["training"]> = {},
  dataset = sineDataset(),
): Example {
  const experiment = exampleExperiment({
    ...{ batch: 3, clipNorm: 0.1, learningRate: 0.003, evaluateEvery: 400 },
    ...changes,
  });
  return { name, experiment: { ...experiment, model: { ...experiment.model, layers: [...layers] } }, dataset };
}

const gru = (reset: "before" | "after") => ({ cell: "gru", reset, activation: "tanh", units: 5 }) as const;
const BOTH_FORMS = example("GRU, both forms", [gru("after"), gru("before")]);
const LSTM = example("LSTM on a text", [{ cell: "lstm", units: 6 }], {}, textDataset());
const DROPPING = example("dropout between GRUs", [{ ...gru("after"), dropout: 0.2 }, gru("before")]);
const CUT = example("windows in chunks", [gru("before")], { state: "carried", truncate: 3, checkpoint: 2 });

const bitsOf = ({ buffer, byteOffset, length }: Float32Array<ArrayBuffer>) => [
  ...new Uint32Array(buffer, byteOffset, length),
];

/** Where a run ends, in bits; `looking` stops it on its way. */
async function train({ experiment, dataset }: Example, backend: Backend, looking: boolean) {
  const run = await openRun(experiment, dataset, { backend });
  const losses: number[] = [];
  if (looking) {
    losses.push(...(await advanceTo(run, MIDDLE)).losses);
    await run.probe(dataset.input.kind === "tokens" ? Uint32Array.of(0, 1, 2) : Float32Array.of(0.1, 0.2, 0.3));
  }
  losses.push(...(await advanceTo(run, STEPS)).losses);
  const { params, moments, carried } = await run.snapshot();
  run.dispose();
  return { losses, params: bitsOf(params), moments: bitsOf(moments), carried: bitsOf(carried) };
}

async function expectSameBits(shown: Example, backend: Backend): Promise<void> {
  const [straight, looked] = await Promise.all([train(shown, backend, false), train(shown, backend, true)]);
  expect(straight.losses).toHaveLength(STEPS);
  const mean = (losses: readonly number[]) => losses.reduce((sum, loss) => sum + loss, 0) / losses.length;
  expect(mean(straight.losses.slice(-100))).toBeLessThan(0.8 * mean(straight.losses.slice(0, 100)));
  expect(looked).toEqual(straight);
}

const named = (...examples: readonly Example[]) => examples.map((one) => [one.name, one] as const);
const timeout = 120_000;

test.each(named(BOTH_FORMS, LSTM, DROPPING, CUT))("%s, call by call on WebGPU", { timeout }, async (_, shown) => {
  await expectSameBits(shown, sharedBackend);
});

describe("whole steps in one dispatch", () => {
  beforeEach(() => {
    takeDispatches();
  });
  test.each(named(BOTH_FORMS, LSTM))("%s", { timeout }, async (_, shown) => {
    await expectSameBits(shown, wholeSteps);
    expect(takeDispatches()).toBeGreaterThan(0);
  });
});

test.each(named(BOTH_FORMS, LSTM, DROPPING, CUT))("%s, by the fast CPU player", { timeout }, async (_, shown) => {
  await expectSameBits(shown, await createWasmBackend());
});
