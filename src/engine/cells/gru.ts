/**
 * The GRU behind the cell interface, both forms. Gates are packed z|r|n and z near 1 writes, so "initial memory" is a
 * negative b_z. Which record slots meet in which weight gradient differs between the forms: ENGINE.md, section 3.
 */
import type { LayerOf } from "../../core/layer-choice.ts";
import type { OperationCall, TensorBinding } from "../../core/program.ts";
import { biasGradient } from "../../operations/bias-gradient.ts";
import { gruBackward } from "../../operations/gru-backward.ts";
import { gruForward } from "../../operations/gru-forward.ts";
import { weightGradient } from "../../operations/weight-gradient.ts";
import { callOperation } from "../program-draft.ts";
import type { BackwardPlace, Cell, LayerPlace, ParameterSpec } from "./cell.ts";
import { backwardNumbers, forwardNumbers } from "./place-numbers.ts";
import { type OperandRows, recurrentOperand } from "./recurrent-operand.ts";
import { requireSegment } from "./segments.ts";

const SLOTS = 4;
const GATES = 3;
/** Record slots after `gru-backward`: da_z, da_r, da_n, and s (before) or dq (after). */
const SLOT = { z: 0, r: 1, n: 2, extra: 3 } as const;

type GruLayer = LayerOf<"gru">;

const form = (layer: GruLayer) => ({
  reset: layer.reset === "after" ? 1 : 0,
  activation: layer.activation === "relu" ? 1 : 0,
});

function parameters(layer: GruLayer, D: number, H: number): readonly ParameterSpec[] {
  const shared: readonly ParameterSpec[] = [
    { name: "W", shape: [D, GATES * H], role: "input-weights", block: H },
    { name: "U", shape: [H, GATES * H], role: "recurrent-weights", block: H },
    { name: "b", shape: [GATES * H], role: "bias" },
  ];
  return layer.reset === "after" ? [...shared, { name: "bu", shape: [GATES * H], role: "bias" }] : shared;
}

function forward(layer: GruLayer, place: LayerPlace): readonly OperationCall[] {
  const { h, record, mask, key, flags, label, parameters } = place;
  const U = requireSegment(parameters, "U");
  // The before form never reads bu; the contract asks for any segment of 3H elements in its place.
  const bu = parameters.bu ?? requireSegment(parameters, "b");
  const numbers = { ...form(layer), ...forwardNumbers(place) };
  return [callOperation(gruForward, label, numbers, { h, record, U, bu, mask, key, flags })];
}

function backward(layer: GruLayer, place: BackwardPlace): readonly OperationCall[] {
  const { h, record, dh, mask, key, label, parameters } = place;
  const U = requireSegment(parameters, "U");
  const numbers = { ...form(layer), ...backwardNumbers(place) };
  return [callOperation(gruBackward, label, numbers, { h, record, U, mask, key, dh })];
}

/** A block of columns of a gradient: from which operand, which slots, and where it goes. */
interface Block {
  readonly left: "h" | "extra";
  readonly slot: number;
  readonly gates: number;
  readonly outGate: number;
}

const RECURRENT_BLOCKS: Readonly<Record<GruLayer["reset"], readonly Block[]>> = {
  before: [
    { left: "h", slot: SLOT.z, gates: 2, outGate: 0 },
    { left: "extra", slot: SLOT.n, gates: 1, outGate: 2 },
  ],
  after: [
    { left: "h", slot: SLOT.z, gates: 2, outGate: 0 },
    { left: "h", slot: SLOT.extra, gates: 1, outGate: 2 },
  ],
};

/** `operand` is h' in the products. */
function recurrentWeightGradient(
  place: BackwardPlace,
  block: Block,
  operand: OperandRows,
  dW: TensorBinding,
): OperationCall {
  const { T, B, H, record, label } = place;
  const row = SLOTS * H;
  const left =
    block.left === "h"
      ? { tensor: operand.tensor, offset: operand.offset, stride: H }
      : { tensor: record, offset: SLOT.extra * H, stride: row };
  return callOperation(
    weightGradient,
    label,
    {
      N: T * B,
      D: H,
      C: block.gates * H,
      leftOffset: left.offset,
      leftStride: left.stride,
      rightOffset: block.slot * H,
      rightStride: row,
      outOffset: block.outGate * H,
      outStride: GATES * H,
    },
    { left: left.tensor, right: record, dW },
  );
}

function recurrentBiasGradient(
  place: BackwardPlace,
  columns: { readonly slot: number; readonly gates: number; readonly outGate: number },
  db: TensorBinding,
): OperationCall {
  const { T, B, H, record, label } = place;
  return callOperation(
    biasGradient,
    label,
    {
      N: T * B,
      C: columns.gates * H,
      rightOffset: columns.slot * H,
      rightStride: SLOTS * H,
      outOffset: columns.outGate * H,
    },
    { right: record, db },
  );
}

function parameterGradients(layer: GruLayer, place: BackwardPlace): readonly OperationCall[] {
  const dU = requireSegment(place.gradients, "U");
  const db = requireSegment(place.gradients, "b");
  const { bu: dbu } = place.gradients;
  const operand = recurrentOperand(place);
  const blocks = RECURRENT_BLOCKS[layer.reset];
  const calls = [...operand.calls, ...blocks.map((block) => recurrentWeightGradient(place, block, operand, dU))];
  calls.push(recurrentBiasGradient(place, { slot: SLOT.z, gates: GATES, outGate: 0 }, db));
  if (dbu) {
    calls.push(recurrentBiasGradient(place, { slot: SLOT.z, gates: 2, outGate: 0 }, dbu));
    calls.push(recurrentBiasGradient(place, { slot: SLOT.extra, gates: 1, outGate: 2 }, dbu));
  }
  return calls;
}

/** Gated recurrent unit: Cho et al. 2014 (reset before), cuDNN (reset after), sign of z as in Chung et al. 2014. */
export const gruCell = (layer: GruLayer): Cell => ({
  extraStates: [],
  recordSlots: SLOTS,
  gates: GATES,
  parameters: (D, H) => parameters(layer, D, H),
  views: [
    { name: "z", range: "gate", from: { slot: SLOT.z } },
    { name: "r", range: "gate", from: { slot: SLOT.r } },
    { name: "n", range: "state", from: { slot: SLOT.n } },
    { name: "h", range: "state", from: { state: "h" } },
  ],
  memory: { bias: "b", gate: 0, sign: -1 },
  forward: (place) => forward(layer, place),
  backward: (place) => backward(layer, place),
  parameterGradients: (place) => parameterGradients(layer, place),
});
