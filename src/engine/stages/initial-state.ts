/**
 * Learned initial states: one vector [H] per state and direction, copied to every sequence before the first step. Their
 * gradient is the sum over the sequences of what reaches the state before the first step.
 */
import type { RecurrentLayer } from "../../core/layer-choice.ts";
import type { OperationCall, TensorBinding } from "../../core/program.ts";
import { biasGradient } from "../../operations/bias-gradient.ts";
import { broadcastRow } from "../../operations/broadcast-row.ts";
import type { BackwardPlace, Cell, LayerPlace, ParameterSpec } from "../cells/cell.ts";
import { requireSegment } from "../cells/segments.ts";
import { callOperation } from "../program-draft.ts";

/** `h0` [H], and the like of every extra state; nothing where the initial state is 0. */
export function initialStateParameters({ initialState, units }: RecurrentLayer, cell: Cell): readonly ParameterSpec[] {
  if (initialState !== "learned") return [];
  return ["h", ...cell.extraStates].map((state) => ({ name: `${state}0`, shape: [units], role: "initial-state" }));
}

/** States of a place with the parameter that each starts from. */
function learnedStates({ h, states, parameters }: LayerPlace) {
  return Object.entries({ h, ...states }).flatMap(([state, tensor]) => {
    const row = parameters[`${state}0`];
    return row ? [{ state, tensor, row }] : [];
  });
}

/** First element of the state before the first step: row 0, in reverse row T. */
const startOf = ({ T, B, H, reverse }: LayerPlace) => reverse * T * B * H;

/** Puts the learned states in place; no calls where there are none. */
export function startCalls(place: LayerPlace): readonly OperationCall[] {
  const { B, H, label } = place;
  const numbers = { N: B, C: H, outOffset: startOf(place) };
  return learnedStates(place).map(({ tensor, row }) =>
    callOperation(broadcastRow, label, numbers, { row, out: tensor }),
  );
}

/** Their gradients, after the way back. */
export function initialStateGradients(place: BackwardPlace): readonly OperationCall[] {
  const { B, H, label, dh, dStates, gradients } = place;
  const numbers = { N: B, C: H, rightOffset: startOf(place), rightStride: H, outOffset: 0 };
  return learnedStates(place).map(({ state }) => {
    const right: TensorBinding = state === "h" ? dh : requireSegment(dStates, state);
    return callOperation(biasGradient, label, numbers, { right, db: requireSegment(gradients, `${state}0`) });
  });
}
