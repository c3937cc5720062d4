/**
 * Twin of `gru-backward`. Everything happens in place: the gates of a row turn into pre-activation gradients and dh
 * collects the carry. Hence the order at each row of dh: first the product that the later step hands down, which makes
 * the row complete, then the gradients of the step that made this state, and (reset before) ds and da_r last.
 */
import type { gruBackward } from "../../operations/gru-backward.ts";
import { activationSlope } from "./activations.ts";
import { stateFactor } from "./recurrent-dropout.ts";
import type { Twin, TwinNumbers, TwinTensors } from "./twin.ts";

type Tensors = TwinTensors<typeof gruBackward>;
type Sizes = TwinNumbers<typeof gruBackward>;

/** BPTT over the rows played, for both reset forms. */
export const gruBackwardTwin: Twin<typeof gruBackward> = (tensors, numbers) => {
  const { T, reverse, fromRow, toRow } = numbers;
  const direction = toRow < fromRow ? -1 : 1;
  for (let row = fromRow; row !== toRow + direction; row += direction) {
    if (row !== (1 - reverse) * T) finishRow(tensors, numbers, row);
    if (row !== reverse * T) startStep(tensors, numbers, row);
  }
};

/** Adds [da_z, da_r] U_zrᵀ (before) or [da_z, da_r, dq] Uᵀ (after) of the step that read this state. */
function finishRow(tensors: Tensors, numbers: Sizes, row: number): void {
  const { record, U, dh } = tensors;
  const { B, H, reset, reverse } = numbers;
  for (let b = 0; b < B; b++) {
    const here = (row * B + b) * H;
    const z = ((row - reverse) * B + b) * 4 * H;
    for (let j = 0; j < H; j++) {
      const u = j * 3 * H;
      let carry = 0;
      for (let c = 0; c < 2 * H; c++) carry += record[z + c]! * U[u + c]!;
      if (reset === 1) for (let k = 0; k < H; k++) carry += record[z + 3 * H + k]! * U[u + 2 * H + k]!;
      dh[here + j]! += carry * stateFactor(tensors, numbers, b * H + j);
    }
  }
}

/** The step that made this state: gates become da, and the state before gets what does not pass through its last product. */
function startStep(tensors: Tensors, numbers: Sizes, row: number): void {
  const { record, mask, dh } = tensors;
  const { T, B, H, reset, reverse, masked, upstream } = numbers;
  const step = row - 1 + reverse;
  const before = step + reverse;
  // Nothing but the first step reads the initial state.
  if (upstream === 0 || before === reverse * T) dh.fill(0, before * B * H, (before + 1) * B * H);
  for (let b = 0; b < B; b++) {
    const here = (row * B + b) * H;
    const old = (before * B + b) * H;
    const z = (step * B + b) * 4 * H; // slot 0; r, n and s or q follow at H each
    if (masked === 1 && mask[step * B + b] === 0) {
      record.fill(0, z, z + (reset === 0 ? 3 : 4) * H); // da_z, da_r, da_n and dq; s stays
      for (let j = 0; j < H; j++) dh[old + j]! += dh[here + j]!;
      continue;
    }
    startRow(tensors, numbers, { here, old, z });
    if (reset === 0) resetRow(tensors, numbers, { old, z, unit: b * H });
  }
}

/** First elements in dh and h (of a state and of the one before) and in the record. */
interface Row {
  readonly here: number;
  readonly old: number;
  readonly z: number;
}

/** Slots z | r | n | q become da_z | da_r | da_n | dq; reset before leaves r and s as they are. */
function startRow({ h, record, dh }: Tensors, { H, reset, activation }: Sizes, { here, old, z }: Row): void {
  const r = z + H;
  const n = z + 2 * H;
  const q = z + 3 * H;
  for (let j = 0; j < H; j++) {
    const delta = dh[here + j]!;
    const zj = record[z + j]!;
    const rj = record[r + j]!;
    const nj = record[n + j]!;
    const dan = delta * zj * activationSlope(nj, activation);
    record[n + j] = dan;
    record[z + j] = delta * (nj - h[old + j]!) * zj * (1 - zj);
    dh[old + j]! += delta * (1 - zj);
    if (reset === 0) continue;
    record[r + j] = dan * record[q + j]! * rj * (1 - rj);
    record[q + j] = dan * rj;
  }
}

/** Reset before: ds = da_n U_nᵀ through s = r⊙h̃'; slot r becomes da_r. `unit` is the row's first element in the mask. */
function resetRow(tensors: Tensors, numbers: Sizes, row: { old: number; z: number; unit: number }): void {
  const { h, record, U, dh } = tensors;
  const { H } = numbers;
  const { old, z, unit } = row;
  const r = z + H;
  for (let j = 0; j < H; j++) {
    let ds = 0;
    for (let k = 0; k < H; k++) ds += record[z + 2 * H + k]! * U[j * 3 * H + 2 * H + k]!;
    const rj = record[r + j]!;
    const factor = stateFactor(tensors, numbers, unit + j);
    record[r + j] = ds * h[old + j]! * factor * rj * (1 - rj);
    dh[old + j]! += ds * rj * factor;
  }
}
