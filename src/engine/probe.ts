/**
 * Runs the user's probe sequence through the training parameters and cuts the gate views out of the record. It may be
 * played between any two training steps: its tensors are its own, and after a training step no gate is left in the
 * batch's record.
 */
import type { Player } from "../core/backend.ts";
import { InputError } from "../core/errors.ts";
import { type Direction, looksAhead, topmostRecurrent } from "../core/layer-choice.ts";
import type { HeadSteps } from "./head.ts";
import { type LayerPart, layerParts, type PartView } from "./layer-parts.ts";
import type { ProgramSpec } from "./program-spec.ts";
import { readFloats } from "./read-tensor.ts";
import { TENSOR } from "./tensor-names.ts";
import { probeSteps, viewOutput, viewOutputTensor } from "./view-passes.ts";

const NOTHING = Promise.resolve(new Float32Array());

/** One picture: values [length, H]. */
export interface ProbeView {
  readonly name: string;
  readonly range: "gate" | "state";
  readonly values: Float32Array<ArrayBuffer>;
}

/** What the probe showed, at the parameters of one step. */
export interface ProbeResult {
  /** Steps shown. */
  readonly length: number;
  /** Every part of the model, lowest layer first; see `layerParts`. */
  readonly layers: readonly ProbePart[];
  /** Head output [length, V] at every step: probabilities for classes and binary targets, scaled values otherwise. */
  readonly outputs: Float32Array<ArrayBuffer>;
  /** What a decoder said after a source, its closing symbol included; the source's steps come first. */
  readonly answer?: readonly number[];
}

/** What enters: feature rows [length, D] as the task scaled them, or token ids [length]. */
export type ProbeSequence = Float32Array | Uint32Array;

/** Copies the rows of one slot into a packed [length, H]. */
function cutSlot(
  from: Float32Array,
  rows: { readonly offset: number; readonly stride: number; readonly length: number },
  H: number,
): Float32Array<ArrayBuffer> {
  const values = new Float32Array(rows.length * H);
  for (let t = 0; t < rows.length; t++) {
    const begin = rows.offset + t * rows.stride;
    values.set(from.subarray(begin, begin + H), t * H);
  }
  return values;
}

/** What one part of the model showed. */
export interface ProbePart {
  /** Index of its layer. */
  readonly layer: number;
  /** Null where the layer runs in one direction. */
  readonly direction: Direction | null;
  /** Parts behind the stack. */
  readonly role?: "decoder" | "attention";
  readonly views: readonly ProbeView[];
}

/** What is shown of the steps before the last where there is one output, of the whole probe. */
function onlyAtEnd(values: Float32Array<ArrayBuffer>, length: number): Float32Array<ArrayBuffer> {
  const rows = new Float32Array(length * values.length).fill(Number.NaN);
  rows.set(values, (length - 1) * values.length);
  return rows;
}

/** The tensors of one part in a view, and its extents. */
export interface ViewedPart extends Pick<LayerPart, "units" | "recordSlots" | "views"> {
  readonly record: string;
  readonly state: (name: string) => string;
  /** Row of the state after the first step. */
  readonly firstRow: 0 | 1;
  /** Rows of a dense layer's outputs, and at which steps it has some. */
  readonly output: { readonly tensor: string; readonly steps: HeadSteps };
}

/** Reads the views of a part of one row over its first `length` steps. */
export async function readViews(player: Player, part: ViewedPart, length: number): Promise<readonly ProbeView[]> {
  const { recordSlots, views, units: H, output } = part;
  // Every read is sent before the first is awaited, so that all of them see the same play.
  const record =
    recordSlots > 0 ? readFloats(player, part.record, { offset: 0, length: length * recordSlots * H }) : NOTHING;
  const read = async ({ name, range, from }: PartView): Promise<ProbeView> => {
    if (from === "output") {
      const rows = output.steps === "every" ? length : 1;
      const values = await readFloats(player, output.tensor, { offset: 0, length: rows * H });
      return { name, range, values: output.steps === "every" ? values : onlyAtEnd(values, length) };
    }
    if ("state" in from) {
      const rows = { offset: part.firstRow * H, length: length * H };
      return { name, range, values: await readFloats(player, part.state(from.state), rows) };
    }
    return {
      name,
      range,
      values: cutSlot(await record, { offset: from.slot * H, stride: recordSlots * H, length }, H),
    };
  };
  return Promise.all(views.map(read));
}

/** Reads the views of a layer, in one of its directions where it has two. */
export async function readPart(player: Player, part: LayerPart, length: number, steps: HeadSteps): Promise<ProbePart> {
  const { layer } = part;
  const direction = part.direction ?? "forward";
  const viewed: ViewedPart = {
    ...part,
    record: TENSOR.record(layer, "probe.", direction),
    state: (name) => TENSOR.state(layer, name, "probe.", direction),
    // The state after step t is row t+1, in reverse row t.
    firstRow: direction === "forward" ? 1 : 0,
    output: { tensor: TENSOR.y(layer, "probe."), steps },
  };
  return { layer, direction: part.direction, views: await readViews(player, viewed, length) };
}

/**
 * Outputs [length, V]. A model that looks ahead and speaks at the last step only has one output, that of the whole probe:
 * it stands in the last row, and the rows before it are not numbers.
 */
async function readOutputs(player: Player, spec: ProgramSpec, length: number): Promise<Float32Array<ArrayBuffer>> {
  const { outputs: V } = spec;
  const shown = viewOutputTensor("probe.", viewOutput(spec.loss));
  if (probeSteps(spec) === "every") return readFloats(player, shown, { offset: 0, length: length * V });
  return onlyAtEnd(await readFloats(player, shown, { offset: 0, length: V }), length);
}

/**
 * Sends a probe at once and resolves with its views. Throws `InputError` (`probe-invalid`) for an empty or too long
 * sequence and for ids outside the vocabulary. The step of the parameters is that of the training steps sent before.
 */
export async function playProbe(player: Player, spec: ProgramSpec, sequence: ProbeSequence): Promise<ProbeResult> {
  const tokens = sequence instanceof Uint32Array;
  if (tokens !== (spec.input === "tokens")) throw new Error(`the model reads ${spec.input}`);
  const width = tokens ? 1 : spec.inputWidth;
  const length = sequence.length / width;
  if (length < 1 || length > spec.probeLength || !Number.isInteger(length)) {
    throw new InputError("probe-invalid", { length, maximum: spec.probeLength });
  }
  if (tokens && sequence.some((id) => id >= spec.inputWidth)) {
    throw new InputError("probe-invalid", { id: Math.max(...sequence), symbols: spec.inputWidth });
  }
  // What an earlier, longer probe left behind the end cannot reach the steps shown: a net that only looks back does not
  // see it, and for any other those steps are masked.
  player.write("probe.input", sequence);
  if (looksAhead(spec.layers)) {
    player.write(
      TENSOR.mask("probe."),
      Float32Array.from({ length: spec.probeLength }, (_, t) => (t < length ? 1 : 0)),
    );
  }
  player.play("probe", {});
  const topmost = topmostRecurrent(spec.layers);
  const [outputs, ...layers] = await Promise.all([
    readOutputs(player, spec, length),
    ...layerParts(spec.layers).map((part) =>
      readPart(player, part, length, part.layer > topmost ? probeSteps(spec) : "every"),
    ),
  ]);
  return { length, layers, outputs };
}
