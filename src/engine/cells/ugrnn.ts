/**
 * The update gate recurrent unit behind the cell interface. Gates are packed z|n and z near 1 writes, so "initial memory"
 * is a negative b_z.
 */
import type { OperationCall } from "../../core/program.ts";
import { ugrnnBackward } from "../../operations/ugrnn-backward.ts";
import { ugrnnForward } from "../../operations/ugrnn-forward.ts";
import { callOperation } from "../program-draft.ts";
import { type AffineGates, affineGradients, affineParameters } from "./affine-parameters.ts";
import type { BackwardPlace, Cell, LayerPlace } from "./cell.ts";
import { backwardNumbers, forwardNumbers } from "./place-numbers.ts";
import { requireSegment } from "./segments.ts";

const SHAPE: AffineGates = { gates: 2, biases: ["b"] };

function forward(place: LayerPlace): readonly OperationCall[] {
  const { h, record, flags, mask, key, label, parameters } = place;
  const U = requireSegment(parameters, "U");
  return [callOperation(ugrnnForward, label, forwardNumbers(place), { h, record, U, mask, key, flags })];
}

function backward(place: BackwardPlace): readonly OperationCall[] {
  const { h, record, dh, mask, key, label, parameters } = place;
  const U = requireSegment(parameters, "U");
  return [callOperation(ugrnnBackward, label, backwardNumbers(place), { h, record, U, mask, key, dh })];
}

/** Update gate recurrent unit: Collins et al. 2017. */
export const ugrnnCell: Cell = {
  extraStates: [],
  recordSlots: SHAPE.gates,
  gates: SHAPE.gates,
  parameters: (D, H) => affineParameters(SHAPE, D, H),
  views: [
    { name: "z", range: "gate", from: { slot: 0 } },
    { name: "n", range: "state", from: { slot: 1 } },
    { name: "h", range: "state", from: { state: "h" } },
  ],
  memory: { bias: "b", gate: 0, sign: -1 },
  forward,
  backward,
  parameterGradients: (place) => affineGradients(SHAPE, place),
};
