/**
 * From an experiment and its data to the spec of a training Program. Everything that a task or a user could have got
 * wrong about the data's size is refused here, before anything is allocated.
 */
import { InputError } from "../core/errors.ts";
import type { Experiment } from "../core/experiment.ts";
import { looksAhead } from "../core/layer-choice.ts";
import type { Dataset } from "../core/task.ts";
import { lossOfChoice } from "./losses.ts";
import type { ProgramSpec } from "./program-spec.ts";
import { chooseOrder } from "./scheduler.ts";

/** Most training steps between two looks at the metrics; their batches' starts are uploaded together. */
const STARTS_RING = 128;
/** Rows of the metrics ring; it is emptied once per turn, so the number only trades memory for that upload. */
const METRICS_RING = 4096;

/** Throws unless every window lies inside the data: a task that cuts others would train on its neighbours' rows. */
function checkWindows(starts: Uint32Array, length: number, rows: number): void {
  for (const start of starts) {
    if (start + length > rows) throw new Error(`a window of ${length} rows starts at ${start} of ${rows}`);
  }
}

/**
 * The spec of a run. Throws `InputError`: `data-too-short` when training, validation or test has no window,
 * `experiment-invalid` when state cannot be carried through this data.
 */
export function createRunSpec(experiment: Experiment, dataset: Dataset): ProgramSpec {
  const { input, target, length, windows } = dataset;
  const R = dataset.mask.length;
  for (const starts of [windows.train, windows.validation, windows.test]) {
    if (starts.length === 0) throw new InputError("data-too-short", { rows: R, needed: 3 * length, length });
    checkWindows(starts, length, R);
  }
  chooseOrder(experiment, dataset);
  const tokens = input.kind === "tokens";
  const outputs = target.kind === "classes" ? target.labels.length : target.columns.length;
  const inputWidth = tokens ? input.vocabulary.length : input.columns.length;
  const { head, layers } = experiment.model;
  const carried = experiment.training.state === "carried";
  if (carried && looksAhead(layers)) {
    throw new InputError("experiment-invalid", {
      path: "training.state",
      expected: "fresh where a layer reads in both directions",
      actual: "carried",
    });
  }
  return {
    layers,
    inputWidth,
    outputs,
    input: input.kind,
    head,
    loss: lossOfChoice(experiment.training.loss, target.kind),
    optimizer: experiment.training.optimizer,
    pruned: experiment.training.pruning !== null,
    T: length,
    B: experiment.training.batch,
    R,
    carried,
    masked: dataset.present !== undefined,
    K: STARTS_RING,
    M: METRICS_RING,
    probeLength: dataset.probeLength,
    // What comes out can go in again only where both sides count the same symbols and nothing looks ahead.
    generate: tokens && target.kind === "classes" && outputs === inputWidth && head === "every" && !looksAhead(layers),
  };
}
