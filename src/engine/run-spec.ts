/**
 * From an experiment and its data to the spec of a training Program. Everything that a task or a user could have got
 * wrong about the data's size is refused here, before anything is allocated.
 */

import { decoderLayer } from "../core/decoder-choice.ts";
import { InputError } from "../core/errors.ts";
import type { Experiment } from "../core/experiment.ts";
import { isRecurrent, learnsInitialState, looksAhead } from "../core/layer-choice.ts";
import type { Dataset } from "../core/task.ts";
import { checkpointSteps, cutWindow, MAXIMUM_CHUNKS } from "./chunks.ts";
import { classWeightsOf } from "./class-weights.ts";
import { lossOfChoice } from "./losses.ts";
import type { ProgramSpec } from "./program-spec.ts";
import { batchRows, chooseOrder } from "./scheduler.ts";

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

/** Throws `InputError` where an embedding has no symbols to look up, or a dense layer reads symbols without one. */
function checkEmbedding({ model }: Experiment, input: Dataset["input"]): void {
  const { embedding, layers } = model;
  const refuse = (path: string, expected: string, actual: string | number) => {
    throw new InputError("experiment-invalid", { path, expected, actual });
  };
  if (input.kind === "features") {
    if (embedding) refuse("model.embedding", "left out for a task whose inputs are numbers", "given");
    return;
  }
  const symbols = input.vocabulary.length;
  if (embedding?.padding !== undefined && embedding.padding >= symbols) {
    refuse("model.embedding.padding", `below ${symbols}, the number of symbols`, embedding.padding);
  }
  if (!embedding && layers[0] && !isRecurrent(layers[0])) {
    refuse("model.layers.0.cell", "a recurrent layer, or an embedding below it", layers[0].cell);
  }
}

/** What needs all of a window at once, in words; null where windows may be played in parts. */
function wholeWindows({
  layers,
  decoder,
}: Pick<ProgramSpec, "layers"> & { readonly decoder?: unknown }): string | null {
  if (decoder) return "with a decoder";
  if (looksAhead(layers)) return "with a layer that reads in both directions";
  return learnsInitialState(layers) ? "with a layer that learns its initial state" : null;
}

/** Throws `InputError` where a part of a window is asked for and all of it is needed at once. */
function refuseParts({ model, training }: Experiment): void {
  const reason = wholeWindows(model);
  if (reason === null) return;
  const { state, truncate, checkpoint } = training;
  const why = `${reason}, which needs whole windows`;
  const refused = [
    ["state", state === "carried", `fresh ${why}`, state],
    ["truncate", truncate !== null, `null ${why}`, truncate ?? ""],
    ["checkpoint", typeof checkpoint === "number", `auto or never ${why}`, checkpoint],
  ] as const;
  for (const [field, wrong, expected, actual] of refused) {
    if (wrong) throw new InputError("experiment-invalid", { path: `training.${field}`, expected, actual });
  }
}

/**
 * The specs by which a run may be played, to be tried in this order: as the experiment says, and where it leaves the
 * choice, with checkpoints after √ of the steps that gradients reach back.
 */
export function specsToTry(experiment: Experiment, dataset: Dataset, before: number | null): readonly ProgramSpec[] {
  const spec = createRunSpec(experiment, dataset);
  const reach = spec.truncate ?? spec.T;
  const checkpoint = checkpointSteps(reach);
  if (experiment.training.checkpoint !== "auto" || checkpoint >= reach || wholeWindows(spec)) return [spec];
  const sparing = { ...spec, checkpoint };
  // A run that goes on does so in the same chunks, so that its sums stay the same.
  return before === null ? [spec, sparing] : [{ ...spec, checkpoint: before }, spec, sparing];
}

/** Throws `InputError` where a window would be cut into more chunks than a Program may have. */
function refuseManyChunks({ truncate, checkpoint }: Experiment["training"], T: number): void {
  const chosen = { truncate, checkpoint: typeof checkpoint === "number" ? checkpoint : null };
  const chunks = cutWindow({ T, ...chosen }).flat().length;
  if (chunks <= MAXIMUM_CHUNKS) return;
  const [field, actual] = Object.entries(chosen).find(([, steps]) => steps !== null && steps < T) ?? ["", ""];
  const expected = `so large that windows of ${T} steps are cut into at most ${MAXIMUM_CHUNKS} parts, not ${chunks}`;
  throw new InputError("experiment-invalid", { path: `training.${field}`, expected, actual: actual ?? "" });
}

/** What a decoder adds to a spec; nothing where windows are no pairs. */
function decoderOf({ model }: Experiment, { sourceSteps, input }: Dataset): Pick<ProgramSpec, "decoder"> {
  const { decoder, layers } = model;
  if (sourceSteps === undefined) return {};
  if (!decoder)
    throw new InputError("experiment-invalid", { path: "model.decoder", expected: "given", actual: "missing" });
  const top = layers.at(-1);
  if (!top || !isRecurrent(top)) {
    const expected = "a recurrent layer under a decoder, which begins in its final state";
    throw new InputError("experiment-invalid", {
      path: `model.layers.${layers.length - 1}.cell`,
      expected,
      actual: "dense",
    });
  }
  const boundary = input.kind === "tokens" ? input.boundary : null;
  if (boundary === null) throw new Error("pairs need a symbol that opens and closes the answer");
  const { context: form, sampling } = decoder;
  const draw = sampling?.own === "drawn" ? 1 : 0;
  return {
    decoder: {
      layer: decoderLayer(decoder, layers),
      form,
      ...{ sourceSteps, boundary },
      sampling: sampling && { ratio: sampling.givenShare, draw },
    },
  };
}

/**
 * The spec of a run. Throws `InputError`: `data-too-short` when training, validation or test has no window,
 * `experiment-invalid` when state cannot be carried through this data, a full batch would be too large, a layer
 * needs whole windows and a part is asked for, or loss and reduction do not go together.
 */
function createRunSpec(experiment: Experiment, dataset: Dataset): ProgramSpec {
  const { input, target, length, windows, sourceSteps } = dataset;
  const R = dataset.mask.length;
  for (const starts of [windows.train, windows.validation, windows.test]) {
    if (starts.length === 0) throw new InputError("data-too-short", { rows: R, needed: 3 * length, length });
    checkWindows(starts, length, R);
  }
  chooseOrder(experiment, dataset);
  refuseParts(experiment);
  refuseManyChunks(experiment.training, length);
  const { truncate, checkpoint, state } = experiment.training;
  const tokens = input.kind === "tokens";
  const outputs = target.kind === "classes" ? target.labels.length : target.columns.length;
  const inputWidth = tokens ? input.vocabulary.length : input.columns.length;
  const { head, layers, embedding } = experiment.model;
  checkEmbedding(experiment, input);
  const { loss, reduction } = experiment.training;
  if (loss.name === "weighted" && reduction === "sequences") {
    const expected = "mean or sum: where classes have weights, sequences have none";
    throw new InputError("experiment-invalid", { path: "training.reduction", expected, actual: reduction });
  }
  return {
    layers,
    embedding,
    inputWidth,
    outputs,
    input: input.kind,
    head,
    loss: lossOfChoice(loss, target.kind, (wanted) => classWeightsOf(wanted, dataset, head)),
    reduction,
    optimizer: experiment.training.optimizer,
    pruned: experiment.training.pruning !== null,
    T: length,
    B: batchRows(experiment.training, windows),
    R,
    carried: state === "carried",
    masked: dataset.present !== undefined,
    truncate: truncate !== null && truncate < length ? truncate : null,
    checkpoint: typeof checkpoint === "number" && checkpoint < length ? checkpoint : null,
    ...decoderOf(experiment, dataset),
    K: STARTS_RING,
    M: METRICS_RING,
    probeLength: dataset.probeLength,
    // What comes out can go in again only where both sides count the same symbols and nothing looks ahead.
    generate:
      sourceSteps === undefined &&
      tokens &&
      target.kind === "classes" &&
      outputs === inputWidth &&
      head === "every" &&
      !looksAhead(layers),
  };
}
