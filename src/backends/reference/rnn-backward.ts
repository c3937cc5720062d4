/**
 * Twin of `rnn-backward`. At each row of dh the product that the later step hands down comes first, which makes the row
 * complete; then da of the step that made this state.
 */
import type { rnnBackward } from "../../operations/rnn-backward.ts";
import { activationSlope } from "./activations.ts";
import { stateFactor } from "./recurrent-dropout.ts";
import type { Twin, TwinNumbers, TwinTensors } from "./twin.ts";

/** BPTT over the rows played. */
export const rnnBackwardTwin: Twin<typeof rnnBackward> = (tensors, numbers) => {
  const { T, reverse, fromRow, toRow } = numbers;
  const direction = toRow < fromRow ? -1 : 1;
  for (let row = fromRow; row !== toRow + direction; row += direction) {
    if (row !== (1 - reverse) * T) finishRow(tensors, numbers, row);
    if (row !== reverse * T) startStep(tensors, numbers, row);
  }
};

/** dh[row] += da Uᵀ of the step that read this state, through what dropout let in. */
function finishRow(
  tensors: TwinTensors<typeof rnnBackward>,
  numbers: TwinNumbers<typeof rnnBackward>,
  row: number,
): void {
  const { record, U, dh } = tensors;
  const { B, H, reverse } = numbers;
  for (let b = 0; b < B; b++) {
    const here = (row * B + b) * H;
    const da = ((row - reverse) * B + b) * H;
    for (let j = 0; j < H; j++) {
      let carry = 0;
      for (let k = 0; k < H; k++) carry += record[da + k]! * U[j * H + k]!;
      dh[here + j]! += carry * stateFactor(tensors, numbers, b * H + j);
    }
  }
}

/** da of the step that made this state; a step that is left out hands its gradient on instead. */
function startStep(
  { h, record, mask, dh }: TwinTensors<typeof rnnBackward>,
  { T, B, H, activation, reverse, masked, upstream }: TwinNumbers<typeof rnnBackward>,
  row: number,
): void {
  const step = row - 1 + reverse;
  const before = step + reverse;
  const assigned = upstream === 0 || before === reverse * T; // nothing but the first step reads the initial state
  for (let b = 0; b < B; b++) {
    const here = (row * B + b) * H;
    const old = (before * B + b) * H;
    const da = (step * B + b) * H;
    const left = masked === 1 && mask[step * B + b]! === 0;
    for (let j = 0; j < H; j++) {
      const delta = dh[here + j]!;
      record[da + j] = left ? 0 : delta * activationSlope(h[here + j]!, activation);
      dh[old + j] = (assigned ? 0 : dh[old + j]!) + (left ? delta : 0);
    }
  }
}
