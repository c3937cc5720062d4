/**
 * Runs the user's probe sequence through the training parameters and cuts the gate views out of the record. It may be
 * played between any two training steps: its tensors are its own, and after a training step no gate is left in the
 * batch's record.
 */
import type { Player } from "../core/backend.ts";
import { InputError } from "../core/errors.ts";
import type { CellView } from "./cells/cell.ts";
import { findCell } from "./cells/find-cell.ts";
import type { ProgramSpec } from "./program-spec.ts";
import { readFloats } from "./read-tensor.ts";
import { TENSOR } from "./tensor-names.ts";
import { viewOutput, viewOutputTensor } from "./view-passes.ts";

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
  readonly layers: readonly { readonly views: readonly ProbeView[] }[];
  /** Head output [length, V] at every step: probabilities for classes and binary targets, scaled values otherwise. */
  readonly outputs: Float32Array<ArrayBuffer>;
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

async function readLayer(
  player: Player,
  layer: ProgramSpec["layers"][number],
  index: number,
  length: number,
): Promise<{ readonly views: readonly ProbeView[] }> {
  const { recordSlots, views } = findCell(layer);
  const H = layer.units;
  // Every read is sent before the first is awaited, so that all of them see the same play.
  const record = readFloats(player, TENSOR.record(index, "probe."), { offset: 0, length: length * recordSlots * H });
  const read = async ({ name, range, from }: CellView): Promise<ProbeView> => {
    if ("state" in from) {
      const state = TENSOR.state(index, from.state, "probe.");
      return { name, range, values: await readFloats(player, state, { offset: H, length: length * H }) };
    }
    return {
      name,
      range,
      values: cutSlot(await record, { offset: from.slot * H, stride: recordSlots * H, length }, H),
    };
  };
  return { views: await Promise.all(views.map(read)) };
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
  // What an earlier, longer probe left behind the end cannot reach the steps shown: the net only looks back.
  player.write("probe.input", sequence);
  player.play("probe", {});
  const outputs = viewOutputTensor("probe.", viewOutput(spec.loss));
  const [shown, ...layers] = await Promise.all([
    readFloats(player, outputs, { offset: 0, length: length * spec.outputs }),
    ...spec.layers.map((layer, index) => readLayer(player, layer, index, length)),
  ]);
  return { length, layers, outputs: shown };
}
