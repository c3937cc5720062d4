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
import { type RowsPlace, rowsOf, type Stage, type StageContext, type StepRange } from "./stage.ts";

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
  const { draft, pass, mask } = context;
  const { T, B, prefix } = pass;
  const [first] = directions;
  if (!first) throw new Error("a layer runs in at least one direction");
  const { H } = first.place;
  const steps = finalOnly ? 1 : T;
  const width = H * directions.length;
  const name = finalOnly ? "last" : "y";
  const y = draft.declare(TENSOR.state(first.layer, name, prefix), "f32", [steps, B, width], "activation");
  const gradient = pass.gradients
    ? {
        tensor: draft.declare(TENSOR.dState(first.layer, name), "f32", [steps, B, width], "activation"),
        offset: 0,
        stride: width,
      }
    : null;
  const masked = finalOnly ? 0 : context.masked;
  const rangeOf = (range: StepRange): StepRange => {
    if (masked === 1 && range.count !== T) throw new Error(`${first.place.label} is masked, which holds for all steps`);
    return finalOnly ? { first: 0, count: 1 } : range;
  };
  const move = (label: string, from: RowsPlace, to: RowsPlace, range: StepRange): OperationCall => {
    const { N, offset: xOffset } = rowsOf(from, range, B);
    const { offset: outOffset } = rowsOf(to, range, B);
    const numbers = { N, C: H, xOffset, xStride: from.stride, outOffset, outStride: to.stride, masked };
    return callOperation(maskRows, label, numbers, { x: from.tensor, mask, out: to.tensor });
  };
  return {
    output: { kind: "rows", tensor: y, offset: 0, stride: width, steps, width, gradient },
    forward: (range) =>
      directions.map((part, side) => {
        const to = { tensor: y, offset: side * H, stride: width };
        return move(part.place.label, handedOn(part, finalOnly), to, rangeOf(range));
      }),
    backward: (range) =>
      directions.map((part, side) => {
        if (!gradient || !part.gradients) throw new Error(`${part.place.label} has no gradients in this pass`);
        const from = { ...gradient, offset: side * H };
        const to = { ...handedOn(part, finalOnly), tensor: part.gradients.dh };
        return move(part.place.label, from, to, rangeOf(range));
      }),
    parameterGradients: () => [],
  };
}
