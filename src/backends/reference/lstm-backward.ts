/**
 * Twin of `lstm-backward`. Everything happens in place: the gates of a row turn into pre-activation gradients, dh collects
 * the product with U and dc what the forget gate let through. At each row of dh that product comes first, which makes the
 * row complete, then the elementwise gradients of the step that made this state.
 */
import type { lstmBackward } from "../../operations/lstm-backward.ts";
import { stateFactor } from "./recurrent-dropout.ts";
import type { Twin, TwinNumbers, TwinTensors } from "./twin.ts";

/** BPTT over the rows played. */
export const lstmBackwardTwin: Twin<typeof lstmBackward> = (tensors, numbers) => {
  const { T, B, H, reverse, fromRow, toRow, cellUpstream } = numbers;
  const direction = toRow < fromRow ? -1 : 1;
  for (let row = fromRow; row !== toRow + direction; row += direction) {
    const final = row === (1 - reverse) * T;
    if (!final) finishRow(tensors, numbers, row);
    else if (cellUpstream === 0) tensors.dc.fill(0, row * B * H, (row + 1) * B * H);
    if (row !== reverse * T) startStep(tensors, numbers, row);
  }
};

/** dh[row] += [da_i, da_f, da_g, da_o] Uᵀ of the step that read this state, through what dropout let in. */
function finishRow(
  tensors: TwinTensors<typeof lstmBackward>,
  numbers: TwinNumbers<typeof lstmBackward>,
  row: number,
): void {
  const { record, U, dh } = tensors;
  const { B, H, reverse } = numbers;
  for (let b = 0; b < B; b++) {
    const here = (row * B + b) * H;
    const da = ((row - reverse) * B + b) * 4 * H;
    for (let j = 0; j < H; j++) {
      let carry = 0;
      for (let column = 0; column < 4 * H; column++) carry += record[da + column]! * U[j * 4 * H + column]!;
      dh[here + j]! += carry * stateFactor(tensors, numbers, b * H + j);
    }
  }
}

/** The step that made this state; one that is left out hands both gradients on as they are. */
function startStep(
  tensors: TwinTensors<typeof lstmBackward>,
  { T, B, H, reverse, masked, upstream }: TwinNumbers<typeof lstmBackward>,
  row: number,
): void {
  const { record, mask, dh, dc } = tensors;
  const step = row - 1 + reverse;
  const before = step + reverse;
  // Nothing but the first step reads the initial state.
  if (upstream === 0 || before === reverse * T) dh.fill(0, before * B * H, (before + 1) * B * H);
  for (let b = 0; b < B; b++) {
    const here = (row * B + b) * H;
    const old = (before * B + b) * H;
    const i = (step * B + b) * 4 * H; // slot 0; f, g and o follow at H each
    if (masked === 1 && mask[step * B + b]! === 0) {
      record.fill(0, i, i + 4 * H);
      for (let j = 0; j < H; j++) dh[old + j]! += dh[here + j]!;
      dc.copyWithin(old, here, here + H);
    } else {
      differentiateRow(tensors, { H, old, here, i });
    }
  }
}

/** First elements of one row in states before and after the step, and in the record. */
interface Row {
  readonly H: number;
  readonly old: number;
  readonly here: number;
  readonly i: number;
}

/** i | f | g | o of one row become da_i | da_f | da_g | da_o. */
function differentiateRow({ c, record, dh, dc }: TwinTensors<typeof lstmBackward>, { H, old, here, i }: Row): void {
  const f = i + H;
  const g = i + 2 * H;
  const o = i + 3 * H;
  for (let j = 0; j < H; j++) {
    const delta = dh[here + j]!;
    const bounded = Math.tanh(c[here + j]!);
    const ij = record[i + j]!;
    const fj = record[f + j]!;
    const gj = record[g + j]!;
    const oj = record[o + j]!;
    dc[here + j]! += delta * oj * (1 - bounded * bounded);
    const cell = dc[here + j]!; // ε
    record[i + j] = cell * gj * ij * (1 - ij);
    record[f + j] = cell * c[old + j]! * fj * (1 - fj);
    record[g + j] = cell * ij * (1 - gj * gj);
    record[o + j] = delta * bounded * oj * (1 - oj);
    dc[old + j] = cell * fj;
  }
}
