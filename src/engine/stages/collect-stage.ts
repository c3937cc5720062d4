/**
 * Collects what a recurrent layer hands on where that is not simply its states: both directions side by side, and 0 at
 * steps that a sequence does not have. Of final states only (the last row of a forward direction, the first of a backward
 * one) nothing is masked, because they were carried past the steps that are not there.
 */
import type { OperationCall } from "../../core/program.ts";
import { maskRows } from "../../operations/mask-rows.ts";
import { callOperation } from "../program-draft.ts";
import { TENSOR } from "../tensor-names.ts";
import type { LayerDirection } from "./recurrent-stage.ts";
import {
  declareOutput,
  type RowsPlace,
  requireGradient,
  requireWhole,
  rowsOf,
  type Stage,
  type StageContext,
  type StepRange,
} from "./stage.ts";

/** Where the states lie that one direction hands on. */
function handedOn({ place: { T, B, H, h, reverse } }: LayerDirection, finalOnly: boolean): RowsPlace {
  const row = finalOnly ? (1 - reverse) * T : 1 - reverse;
  return { tensor: h, offset: row * B * H, stride: H };
}

/** True where a layer's output is not simply its states. */
export function needsCollecting(context: StageContext, directions: readonly LayerDirection[], finalOnly: boolean) {
  return directions.length > 1 || (context.masked === 1 && !finalOnly);
}

/** Declares a layer's outputs: `layers.N.y` [T, B, H·directions] of every step, or `layers.N.last` of the final states. */
export function collectStage(context: StageContext, directions: readonly LayerDirection[], finalOnly: boolean): Stage {
  const { pass, mask } = context;
  const { T, B, prefix } = pass;
  const [first] = directions;
  if (!first) throw new Error("a layer runs in at least one direction");
  const { H } = first.place;
  const steps = finalOnly ? 1 : T;
  const width = H * directions.length;
  const name = finalOnly ? "last" : "y";
  const tensorName = (derivative: string) => TENSOR.state(first.layer, derivative + name, prefix);
  const output = declareOutput(context, tensorName, { steps, width });
  const masked = finalOnly ? 0 : context.masked;
  const rangeOf = (range: StepRange): StepRange => {
    if (masked === 1) requireWhole(range, context, first.place.label);
    return finalOnly ? { first: 0, count: 1 } : range;
  };
  const move = (label: string, from: RowsPlace, to: RowsPlace, range: StepRange): OperationCall => {
    const { N, offset: xOffset } = rowsOf(from, range, B);
    const { offset: outOffset } = rowsOf(to, range, B);
    const numbers = { N, C: H, xOffset, xStride: from.stride, outOffset, outStride: to.stride, masked };
    return callOperation(maskRows, label, numbers, { x: from.tensor, mask, out: to.tensor });
  };
  return {
    output,
    forward: (play) =>
      directions.map((part, side) => {
        const to = { ...output, offset: side * H };
        return move(part.place.label, handedOn(part, finalOnly), to, rangeOf(play.steps));
      }),
    backward: (range) =>
      directions.map((part, side) => {
        const { label } = part.place;
        if (!part.gradients) throw new Error(`${label} has no gradients in this pass`);
        const from = { ...requireGradient(output, label), offset: side * H };
        const to = { ...handedOn(part, finalOnly), tensor: part.gradients.dh };
        return move(label, from, to, rangeOf(range));
      }),
    parameterGradients: () => [],
  };
}
