/**
 * Parameters of cells whose pre-activations are x W + b + h' U (+ bu) in every gate, and their gradients: da stands in
 * all slots of the record, so U and both biases are one sum each. The GRU's candidate is no such sum; it has its own.
 */
import type { OperationCall } from "../../core/program.ts";
import { biasGradient } from "../../operations/bias-gradient.ts";
import { weightGradient } from "../../operations/weight-gradient.ts";
import { callOperation } from "../program-draft.ts";
import type { BackwardPlace, ParameterSpec } from "./cell.ts";
import { recurrentOperand } from "./recurrent-operand.ts";
import { requireSegment } from "./segments.ts";

/** How many blocks of H columns W and U have, and which biases there are: `b` with W, `bu` with U as PyTorch has it. */
export interface AffineGates {
  readonly gates: number;
  readonly biases: readonly ("b" | "bu")[];
}

/** W [D, gates·H], U [H, gates·H] and the biases [gates·H], in file order. */
export function affineParameters({ gates, biases }: AffineGates, D: number, H: number): readonly ParameterSpec[] {
  return [
    { name: "W", shape: [D, gates * H], role: "input-weights", block: H },
    { name: "U", shape: [H, gates * H], role: "recurrent-weights", block: H },
    ...biases.map((name): ParameterSpec => ({ name, shape: [gates * H], role: "bias" })),
  ];
}

/** dU = Σ h'ᵀ da (h' as it stands in the products) and the same Σ da for every bias. */
export function affineGradients({ gates, biases }: AffineGates, place: BackwardPlace): readonly OperationCall[] {
  const { T, B, H, record, label, gradients } = place;
  const C = gates * H;
  const sum = { N: T * B, C, rightOffset: 0, rightStride: C, outOffset: 0 };
  const left = recurrentOperand(place);
  const product = { ...sum, D: H, leftOffset: left.offset, leftStride: H, outStride: C };
  const dU = requireSegment(gradients, "U");
  return [
    ...left.calls,
    callOperation(weightGradient, label, product, { left: left.tensor, right: record, dW: dU }),
    ...biases.map((name) =>
      callOperation(biasGradient, label, sum, { right: record, db: requireSegment(gradients, name) }),
    ),
  ];
}
