/** The plain RNN behind the cell interface, with PyTorch's two biases. It has no gates, so nothing to start remembering. */
import type { LayerOf } from "../../core/layer-choice.ts";
import type { OperationCall } from "../../core/program.ts";
import { rnnBackward } from "../../operations/rnn-backward.ts";
import { rnnForward } from "../../operations/rnn-forward.ts";
import { callOperation } from "../program-draft.ts";
import { type AffineGates, affineGradients, affineParameters } from "./affine-parameters.ts";
import type { BackwardPlace, Cell, LayerPlace } from "./cell.ts";
import { backwardNumbers, forwardNumbers } from "./place-numbers.ts";
import { requireSegment } from "./segments.ts";

const SHAPE: AffineGates = { gates: 1, biases: ["b", "bu"] };

function forward(activation: number, place: LayerPlace): readonly OperationCall[] {
  const { h, record, flags, mask, key, label, parameters } = place;
  const U = requireSegment(parameters, "U");
  const bu = requireSegment(parameters, "bu");
  const numbers = { ...forwardNumbers(place), activation };
  return [callOperation(rnnForward, label, numbers, { h, record, U, bu, mask, key, flags })];
}

function backward(activation: number, place: BackwardPlace): readonly OperationCall[] {
  const { h, record, dh, mask, key, label, parameters } = place;
  const U = requireSegment(parameters, "U");
  const numbers = { ...backwardNumbers(place), activation };
  return [callOperation(rnnBackward, label, numbers, { h, record, U, mask, key, dh })];
}

/** Plain recurrent layer: Elman 1990, in PyTorch's form with tanh or ReLU. */
export function rnnCell(layer: LayerOf<"rnn">): Cell {
  const activation = layer.activation === "relu" ? 1 : 0;
  return {
    extraStates: [],
    recordSlots: SHAPE.gates,
    gates: SHAPE.gates,
    parameters: (D, H) => affineParameters(SHAPE, D, H),
    views: [{ name: "h", range: "state", from: { state: "h" } }],
    memory: null,
    forward: (place) => forward(activation, place),
    backward: (place) => backward(activation, place),
    parameterGradients: (place) => affineGradients(SHAPE, place),
  };
}
