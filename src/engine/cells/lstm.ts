/**
 * The LSTM behind the cell interface, with PyTorch's two biases. Gates are packed i|f|g|o; c is its second state. f near 1
 * keeps, so "initial memory" is a positive b_f: the opposite sign of the cells where z writes.
 */
import type { OperationCall } from "../../core/program.ts";
import { lstmBackward } from "../../operations/lstm-backward.ts";
import { lstmForward } from "../../operations/lstm-forward.ts";
import { callOperation } from "../program-draft.ts";
import { type AffineGates, affineGradients, affineParameters } from "./affine-parameters.ts";
import type { BackwardPlace, Cell, LayerPlace } from "./cell.ts";
import { backwardNumbers, forwardNumbers } from "./place-numbers.ts";
import { requireSegment } from "./segments.ts";

const SHAPE: AffineGates = { gates: 4, biases: ["b", "bu"] };
const SLOT = { i: 0, f: 1, g: 2, o: 3 } as const;

function forward(place: LayerPlace): readonly OperationCall[] {
  const { h, record, flags, mask, key, label, parameters } = place;
  const c = requireSegment(place.states, "c");
  const U = requireSegment(parameters, "U");
  const bu = requireSegment(parameters, "bu");
  return [callOperation(lstmForward, label, forwardNumbers(place), { h, c, record, U, bu, mask, key, flags })];
}

function backward(place: BackwardPlace): readonly OperationCall[] {
  const { record, dh, mask, key, label } = place;
  const c = requireSegment(place.states, "c");
  const dc = requireSegment(place.dStates, "c");
  const U = requireSegment(place.parameters, "U");
  const numbers = { ...backwardNumbers(place), cellUpstream: place.stateUpstream };
  return [callOperation(lstmBackward, label, numbers, { c, record, U, mask, key, dh, dc })];
}

/** Long short-term memory: Hochreiter & Schmidhuber 1997 with the forget gate of Gers et al. 2000. */
export const lstmCell: Cell = {
  extraStates: ["c"],
  recordSlots: SHAPE.gates,
  gates: SHAPE.gates,
  parameters: (D, H) => affineParameters(SHAPE, D, H),
  views: [
    { name: "i", range: "gate", from: { slot: SLOT.i } },
    { name: "f", range: "gate", from: { slot: SLOT.f } },
    { name: "g", range: "state", from: { slot: SLOT.g } },
    { name: "o", range: "gate", from: { slot: SLOT.o } },
    { name: "c", range: "state", from: { state: "c" } },
    { name: "h", range: "state", from: { state: "h" } },
  ],
  memory: { bias: "b", gate: SLOT.f, sign: 1 },
  forward,
  backward,
  parameterGradients: (place) => affineGradients(SHAPE, place),
};
