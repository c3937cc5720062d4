/**
 * Twin of `gru-backward`. Everything happens in place: the gates of a row turn into pre-activation gradients and dh[t]
 * collects the carry. Hence the order: elementwise gradients of all units first, then (reset before) ds and da_r, and
 * only then the product that hands da of all units down to dh[t].
 */
import type { gruBackward } from "../../operations/gru-backward.ts";
import { activationSlope } from "./activations.ts";
import type { Twin, TwinNumbers, TwinTensors } from "./twin.ts";

type Tensors = TwinTensors<typeof gruBackward>;
type Sizes = TwinNumbers<typeof gruBackward>;

/** BPTT over the whole sequence, for both reset forms. */
export const gruBackwardTwin: Twin<typeof gruBackward> = (tensors, numbers) => {
  const { T, B, H, reset, upstream } = numbers;
  const { dh } = tensors;
  for (let t = T - 1; t >= 0; t--) {
    // dh[0] has no upstream: nothing reads the initial state but the first step.
    if (t === 0 || upstream === 0) dh.fill(0, t * B * H, (t + 1) * B * H);
    for (let b = 0; b < B; b++) {
      const old = (t * B + b) * H; // h[t] and dh[t]
      const z = (t * B + b) * 4 * H; // slot 0; r, n and s or q follow at H each
      if (reset === 0) runRowBefore(tensors, numbers, old, z);
      else runRowAfter(tensors, numbers, old, z);
    }
  }
};

/** z | r | n | s of one row become da_z | da_r | da_n | s. */
function runRowBefore({ h, record, U, dh }: Tensors, { B, H, activation }: Sizes, old: number, z: number): void {
  const r = z + H;
  const n = z + 2 * H;
  for (let j = 0; j < H; j++) {
    const delta = dh[old + B * H + j]!;
    const zj = record[z + j]!;
    const nj = record[n + j]!;
    record[n + j] = delta * zj * activationSlope(nj, activation);
    record[z + j] = delta * (nj - h[old + j]!) * zj * (1 - zj);
    dh[old + j]! += delta * (1 - zj);
  }
  for (let j = 0; j < H; j++) {
    const row = j * 3 * H;
    let ds = 0; // ds = da_n U_nᵀ
    for (let k = 0; k < H; k++) ds += record[n + k]! * U[row + 2 * H + k]!;
    const rj = record[r + j]!;
    record[r + j] = ds * h[old + j]! * rj * (1 - rj);
    dh[old + j]! += ds * rj;
  }
  for (let j = 0; j < H; j++) {
    const row = j * 3 * H;
    let carry = 0; // [da_z, da_r] U_zrᵀ
    for (let c = 0; c < 2 * H; c++) carry += record[z + c]! * U[row + c]!;
    dh[old + j]! += carry;
  }
}

/** z | r | n | q of one row become da_z | da_r | da_n | dq. */
function runRowAfter({ h, record, U, dh }: Tensors, { B, H, activation }: Sizes, old: number, z: number): void {
  const r = z + H;
  const n = z + 2 * H;
  const q = z + 3 * H;
  for (let j = 0; j < H; j++) {
    const delta = dh[old + B * H + j]!;
    const zj = record[z + j]!;
    const rj = record[r + j]!;
    const nj = record[n + j]!;
    const dan = delta * zj * activationSlope(nj, activation);
    record[n + j] = dan;
    record[z + j] = delta * (nj - h[old + j]!) * zj * (1 - zj);
    record[r + j] = dan * record[q + j]! * rj * (1 - rj);
    record[q + j] = dan * rj;
    dh[old + j]! += delta * (1 - zj);
  }
  for (let j = 0; j < H; j++) {
    const row = j * 3 * H;
    let carry = 0; // [da_z, da_r, dq] Uᵀ
    for (let c = 0; c < 2 * H; c++) carry += record[z + c]! * U[row + c]!;
    for (let k = 0; k < H; k++) carry += record[q + k]! * U[row + 2 * H + k]!;
    dh[old + j]! += carry;
  }
}
