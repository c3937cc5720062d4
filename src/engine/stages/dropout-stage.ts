/**
 * Dropout of the rows that a layer hands on. Masks are drawn anew from the key wherever they are needed, so the way back
 * has those of the way up, and a step that is played again has those of the first time.
 */
import { dropout } from "../../operations/dropout.ts";
import { callOperation } from "../program-draft.ts";
import { TENSOR } from "../tensor-names.ts";
import {
  declareOutput,
  type Rows,
  type RowsPlace,
  requireGradient,
  rowsOf,
  type Stage,
  type StageContext,
  type StepRange,
} from "./stage.ts";

/** Which layer of the model, what it hands on, and the share that is left out. */
export interface DropoutSpec {
  readonly layer: number;
  readonly rate: number;
  readonly input: Rows;
}

/** Declares what is let through, `layers.N.dropped`. */
export function dropoutStage(context: StageContext, { layer, rate, input }: DropoutSpec): Stage {
  const { pass, key } = context;
  const { T, B, prefix } = pass;
  const { width: D } = input;
  const label = `layer ${layer + 1} dropout`;
  const output = declareOutput(context, (derivative) => TENSOR.state(layer, `${derivative}dropped`, prefix), input);
  const letThrough = (from: RowsPlace, to: RowsPlace, range: StepRange, share: number) => {
    // Final states are those of the last step, whatever was played to get there.
    const final = input.steps < T;
    const steps = final ? { first: 0, count: input.steps } : range;
    const firstStep = final ? T - input.steps : steps.first;
    const numbers = {
      ...{ T: steps.count, B, D, variational: 0, firstStep, site: layer, rate: share },
      ...{ xOffset: rowsOf(from, steps, B).offset, xStride: from.stride },
      ...{ yOffset: rowsOf(to, steps, B).offset, yStride: to.stride },
    };
    return [callOperation(dropout, label, numbers, { x: from.tensor, key, y: to.tensor })];
  };
  return {
    output,
    forward: ({ steps, dropping }) => letThrough(input, output, steps, dropping ? rate : 0),
    backward: (range) => letThrough(requireGradient(output, label), requireGradient(input, label), range, rate),
    parameterGradients: () => [],
  };
}
