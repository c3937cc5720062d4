/**
 * What experiments must have in common to be trained side by side: everything that shapes their Program or fixes the steps
 * at which something happens to all. What is a number of a step, or of the host's judgement, may differ: seed, initial
 * weights, learning rate, schedule, clipping, L1, the optimizer's numbers, early stopping.
 */
import { InputError } from "../core/errors.ts";
import type { Experiment } from "../core/experiment.ts";
import type { OptimizerChoice } from "../core/optimizer-choice.ts";
import { momentsOf } from "./optimizers.ts";
import type { RunState } from "./run-state.ts";

/** What of an optimizer shapes the Program: its operation, and its rows of state. AdamW is Adam with other numbers. */
function shapeOf(optimizer: OptimizerChoice): string {
  const operation = optimizer.name === "adamw" ? "adam" : optimizer.name;
  return `${operation} with ${momentsOf(optimizer).join(", ")}`;
}

/** The experiment with everything that may differ taken from `first`. */
function withOwnOf(first: Experiment, experiment: Experiment): Experiment {
  const { training, model } = first;
  const { learningRate, schedule, clipNorm, clipValue, l1, earlyStopping, optimizer } = training;
  const { initialisation, ...shape } = experiment.model;
  return {
    ...experiment,
    seed: first.seed,
    model: {
      ...shape,
      initialMemory: model.initialMemory,
      ...(model.initialisation && { initialisation: model.initialisation }),
    },
    training: {
      ...experiment.training,
      ...{ learningRate, schedule, clipNorm, clipValue, l1, earlyStopping, optimizer },
    },
  };
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null;

const show = (value: unknown) => (value === undefined ? "missing" : JSON.stringify(value));

/** Where two values of a schema first depart from one another, as a dotted path; null where they are equal. */
function findDifference(
  expected: unknown,
  actual: unknown,
  path: readonly string[],
): { readonly path: string; readonly expected: string; readonly actual: string } | null {
  if (isRecord(expected) && isRecord(actual)) {
    for (const key of new Set([...Object.keys(expected), ...Object.keys(actual)])) {
      const difference = findDifference(expected[key], actual[key], [...path, key]);
      if (difference) return difference;
    }
    return null;
  }
  if (Object.is(expected, actual)) return null;
  return { path: path.join("."), expected: show(expected), actual: show(actual) };
}

/**
 * Throws `InputError` (`experiment-invalid`) with the path inside the list, what the first experiment says and what the
 * other does, for the first one that cannot be trained beside the first.
 */
export function refuseDisagreement(experiments: readonly [Experiment, ...Experiment[]]): void {
  const [first] = experiments;
  for (const [index, experiment] of experiments.entries()) {
    const optimizers = [shapeOf(first.training.optimizer), shapeOf(experiment.training.optimizer)] as const;
    const difference =
      optimizers[0] === optimizers[1]
        ? findDifference(first, withOwnOf(first, experiment), [])
        : { path: "training.optimizer", expected: optimizers[0], actual: optimizers[1] };
    if (!difference) continue;
    throw new InputError("experiment-invalid", { ...difference, path: `experiments.${index}.${difference.path}` });
  }
}

/**
 * The checkpoint that saved states were trained with, null where there is none; a fresh run takes that of the others. Throws
 * `InputError` (`experiment-invalid`) with the numbers unless there is a place for each experiment and the states agree: in
 * other chunks a run would not have the sums that it has alone.
 */
export function refuseOtherStates(
  experiments: readonly Experiment[],
  states: readonly (RunState | null)[],
): number | null {
  const refuse = (path: string, expected: unknown, actual: unknown): never => {
    throw new InputError("experiment-invalid", { path, expected: String(expected), actual: String(actual) });
  };
  if (states.length !== experiments.length) refuse("states", `${experiments.length} states`, states.length);
  const saved = states.flatMap((state, index) => (state ? [{ state, index }] : []));
  const checkpoint = saved[0]?.state.checkpoint ?? null;
  for (const { state, index } of saved) {
    if (state.checkpoint !== checkpoint) refuse(`states.${index}.checkpoint`, checkpoint, state.checkpoint);
  }
  return checkpoint;
}
