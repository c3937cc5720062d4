/**
 * Twin of `ugrnn-backward`. Everything happens in place: the gates of a row turn into pre-activation gradients and dh
 * collects the carry. Hence the order at each row of dh: first the product that the later step hands down, which makes
 * the row complete, then the elementwise gradients of the step that made this state.
 */
import type { ugrnnBackward } from "../../operations/ugrnn-backward.ts";
import { stateFactor } from "./recurrent-dropout.ts";
import type { Twin, TwinNumbers, TwinTensors } from "./twin.ts";

/** BPTT over the rows played. */
export const ugrnnBackwardTwin: Twin<typeof ugrnnBackward> = (tensors, numbers) => {
  const { T, reverse, fromRow, toRow } = numbers;
  const direction = toRow < fromRow ? -1 : 1;
  for (let row = fromRow; row !== toRow + direction; row += direction) {
    if (row !== (1 - reverse) * T) finishRow(tensors, numbers, row);
    if (row !== reverse * T) startStep(tensors, numbers, row);
  }
};

/** dh[row] += [da_z, da_n] Uᵀ of the step that read this state, through what dropout let in. */
function finishRow(
  tensors: TwinTensors<typeof ugrnnBackward>,
  numbers: TwinNumbers<typeof ugrnnBackward>,
  row: number,
): void {
  const { record, U, dh } = tensors;
  const { B, H, reverse } = numbers;
  for (let b = 0; b < B; b++) {
    const here = (row * B + b) * H;
    const da = ((row - reverse) * B + b) * 2 * H;
    for (let j = 0; j < H; j++) {
      let carry = 0;
      for (let c = 0; c < 2 * H; c++) carry += record[da + c]! * U[j * 2 * H + c]!;
      dh[here + j]! += carry * stateFactor(tensors, numbers, b * H + j);
    }
  }
}

/** The step that made this state: z | n become da_z | da_n, and the state before gets what does not pass through U. */
function startStep(
  { h, record, mask, dh }: TwinTensors<typeof ugrnnBackward>,
  { T, B, H, reverse, masked, upstream }: TwinNumbers<typeof ugrnnBackward>,
  row: number,
): void {
  const step = row - 1 + reverse;
  const before = step + reverse;
  const assigned = upstream === 0 || before === reverse * T; // nothing but the first step reads the initial state
  for (let b = 0; b < B; b++) {
    const here = (row * B + b) * H;
    const old = (before * B + b) * H;
    const z = (step * B + b) * 2 * H; // slot 0; n follows at H
    const left = masked === 1 && mask[step * B + b]! === 0;
    for (let j = 0; j < H; j++) {
      const delta = dh[here + j]!;
      const zj = left ? 0 : record[z + j]!;
      const nj = left ? 0 : record[z + H + j]!;
      record[z + H + j] = delta * zj * (1 - nj * nj);
      record[z + j] = delta * (nj - h[old + j]!) * zj * (1 - zj);
      dh[old + j] = (assigned ? 0 : dh[old + j]!) + delta * (1 - zj);
    }
  }
}
