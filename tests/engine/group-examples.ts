/**
 * Runs side by side and the same runs alone, for the tests of groups on every backend: experiments that differ in all that
 * may differ, over several cells and losses, and how to tell where the two departed from one another.
 */
import { createReferenceBackend } from "../../src/backends/reference/player.ts";
import type { Backend } from "../../src/core/backend.ts";
import type { Experiment } from "../../src/core/experiment.ts";
import type { LayerChoice } from "../../src/core/layer-choice.ts";
import { USUAL_OPTIMIZERS } from "../../src/core/optimizer-choice.ts";
import type { Dataset } from "../../src/core/task.ts";
import { createRunGroup, type RunGroup } from "../../src/engine/run-group.ts";
import type { RunGroupOptions } from "../../src/engine/run-options.ts";
import type { RunReport } from "../../src/engine/run-report.ts";
import type { RunState } from "../../src/engine/run-state.ts";
import { advanceTo, exampleExperiment, meanPrediction, openRun, sineDataset, textDataset } from "./examples.ts";

/** An experiment and its data. */
export interface GroupExample {
  readonly name: string;
  readonly experiment: Experiment;
  readonly dataset: Dataset;
}

const withLayers = (layers: LayerChoice[], changes: Partial<Experiment["training"]> = {}): Experiment => {
  const experiment = exampleExperiment(changes);
  return { ...experiment, model: { ...experiment.model, layers } };
};

const dropped: LayerChoice = { cell: "gru", reset: "after", activation: "tanh", units: 5, dropout: 0.3 };

/** GRU in both forms on features with MSE and on tokens with CE, LSTM, dropout, and carried state. */
export const GROUP_EXAMPLES: readonly GroupExample[] = [
  { name: "GRU on a series", experiment: exampleExperiment(), dataset: sineDataset() },
  { name: "GRU on a text", experiment: exampleExperiment(), dataset: textDataset() },
  { name: "LSTM on a series", experiment: withLayers([{ cell: "lstm", units: 7 }]), dataset: sineDataset() },
  { name: "dropout on a text", experiment: withLayers([dropped]), dataset: textDataset() },
  { name: "carried state", experiment: exampleExperiment({ state: "carried" }), dataset: sineDataset() },
  { name: "checkpoints", experiment: exampleExperiment({ checkpoint: 4 }), dataset: sineDataset() },
];

/** `count` experiments with seed, rate, schedule, clipping, decay and initial weights of their own. */
export function vary(experiment: Experiment, count: number): [Experiment, ...Experiment[]] {
  const one = (i: number): Experiment => ({
    ...experiment,
    seed: experiment.seed + i,
    model: {
      ...experiment.model,
      ...(i % 3 === 2 ? { initialisation: { input: "glorot-uniform", recurrent: "identity" } } : {}),
    },
    training: {
      ...experiment.training,
      learningRate: 0.02 / (i + 1),
      clipNorm: i % 2 === 0 ? 1 : null,
      clipValue: i === 1 ? 0.05 : null,
      schedule: i % 2 === 0 ? { name: "constant" } : { name: "exponential", decay: 0.99 },
      optimizer: { ...(i % 4 === 3 ? USUAL_OPTIMIZERS.adamw : USUAL_OPTIMIZERS.adam), weightDecay: 0.01 * i },
    },
  });
  return [one(0), ...Array.from({ length: count - 1 }, (_, i) => one(i + 1))];
}

/** Opens a group on the CPU player with a clock that stands still. */
export function openGroup(
  experiments: readonly [Experiment, ...Experiment[]],
  dataset: Dataset,
  options: Partial<RunGroupOptions> & { readonly backend?: Backend } = {},
): Promise<RunGroup> {
  const { backend = createReferenceBackend(), ...rest } = options;
  const lent: RunGroupOptions = { now: () => 0, score: meanPrediction, scoredSteps: "last", ...rest };
  return createRunGroup(experiments, dataset, backend, lent);
}

/** What one run said on its way, and its state there. */
export interface Outcome {
  readonly losses: readonly number[];
  readonly evaluations: readonly unknown[];
  readonly faults: readonly unknown[];
  readonly state: Omit<RunState, "plan">;
}

/** A state without its plan, which may have other sizes for many models. */
export function withoutPlan({ plan, ...state }: RunState): Omit<RunState, "plan"> {
  if (Object.keys(plan).length === 0) throw new Error("a state has a plan");
  return state;
}

/** Advances until the group stands at `until`, or until every run has stopped, and tells what each of them said. */
export async function advanceGroup(group: RunGroup, until: number): Promise<readonly Outcome[]> {
  const heard: (readonly RunReport[])[] = [];
  while (group.step < until && group.runs.some(({ stopped }) => stopped === null))
    heard.push(await group.advance(until));
  // The last chunk may end at a step that is to be evaluated.
  heard.push(await group.advance(until), await group.drain());
  const outcome = async (index: number): Promise<Outcome> => {
    const reports = heard.flatMap((all) => all[index] ?? []);
    const run = group.runs[index];
    if (!run) throw new Error(`no run ${index}`);
    return {
      losses: reports.flatMap(({ metrics }) => metrics.flatMap(({ loss }) => [...loss])),
      evaluations: reports.flatMap(({ evaluation }) => evaluation ?? []),
      faults: reports.flatMap(({ fault }) => fault ?? []),
      state: withoutPlan(await run.snapshot()),
    };
  };
  return Promise.all(group.runs.map((_, index) => outcome(index)));
}

/** The same run alone. */
export async function advanceAlone(
  experiment: Experiment,
  dataset: Dataset,
  until: number,
  backend = createReferenceBackend(),
): Promise<Omit<Outcome, "faults">> {
  const run = await openRun(experiment, dataset, { backend });
  const { losses, evaluations } = await advanceTo(run, until);
  const state = withoutPlan(await run.snapshot());
  run.dispose();
  return { losses, evaluations, state };
}
