/**
 * Twin of `gru-forward`. The record is worked on in place: a slot holds x W + b until its gate replaces it. Reset before
 * needs r of all units of a row before the candidate's product starts. A pre-activation is stored and read back before
 * it is tested, so that an overflow of f32 counts as not finite although the sum is formed in double precision.
 */
import type { gruForward } from "../../operations/gru-forward.ts";
import { activate, sigmoid } from "./activations.ts";
import type { Twin, TwinNumbers, TwinTensors } from "./twin.ts";

type Tensors = TwinTensors<typeof gruForward>;
type Sizes = TwinNumbers<typeof gruForward>;

/** h[1…T] and the record of gates, for both reset forms. */
export const gruForwardTwin: Twin<typeof gruForward> = (tensors, numbers) => {
  const { T, B, H, reset } = numbers;
  for (let t = 0; t < T; t++) {
    for (let b = 0; b < B; b++) {
      const hOld = (t * B + b) * H; // h' = h[t]
      const z = (t * B + b) * 4 * H; // slot 0; r, n and s or q follow at H each
      if (reset === 0) runRowBefore(tensors, numbers, hOld, z);
      else runRowAfter(tensors, numbers, hOld, z);
      mixRow(tensors, numbers, hOld, z);
    }
  }
};

/** Slots 0–3 of one row become z | r | n | s with s = r⊙h'. */
function runRowBefore({ h, record, U, flags }: Tensors, numbers: Sizes, hOld: number, z: number): void {
  const { H, activation, flagBit } = numbers;
  const n = z + 2 * H;
  const s = z + 3 * H;
  for (let c = 0; c < 2 * H; c++) {
    let a = record[z + c]!;
    for (let k = 0; k < H; k++) a += h[hOld + k]! * U[k * 3 * H + c]!;
    record[z + c] = a;
    if (!Number.isFinite(record[z + c])) flags[0]! |= flagBit;
    record[z + c] = sigmoid(a);
  }
  for (let j = 0; j < H; j++) record[s + j] = record[z + H + j]! * h[hOld + j]!;
  for (let j = 0; j < H; j++) {
    let a = record[n + j]!;
    for (let k = 0; k < H; k++) a += record[s + k]! * U[k * 3 * H + 2 * H + j]!;
    record[n + j] = a;
    if (!Number.isFinite(record[n + j])) flags[0]! |= flagBit;
    record[n + j] = activate(a, activation);
  }
}

/** Slots 0–3 of one row become z | r | n | q with q = h' U_n + bu_n. */
function runRowAfter({ h, record, U, bu, flags }: Tensors, numbers: Sizes, hOld: number, z: number): void {
  const { H, activation, flagBit } = numbers;
  const n = z + 2 * H;
  const q = z + 3 * H;
  for (let c = 0; c < 2 * H; c++) {
    let a = record[z + c]! + bu[c]!;
    for (let k = 0; k < H; k++) a += h[hOld + k]! * U[k * 3 * H + c]!;
    record[z + c] = a;
    if (!Number.isFinite(record[z + c])) flags[0]! |= flagBit;
    record[z + c] = sigmoid(a);
  }
  for (let j = 0; j < H; j++) {
    let sum = bu[2 * H + j]!;
    for (let k = 0; k < H; k++) sum += h[hOld + k]! * U[k * 3 * H + 2 * H + j]!;
    record[q + j] = sum;
    const a = record[n + j]! + record[z + H + j]! * sum;
    record[n + j] = a;
    if (!Number.isFinite(record[n + j])) flags[0]! |= flagBit;
    record[n + j] = activate(a, activation);
  }
}

/** h[t+1] = (1−z)⊙h' + z⊙n for one row. */
function mixRow({ h, record }: Tensors, { B, H }: Sizes, hOld: number, z: number): void {
  const hNew = hOld + B * H;
  for (let j = 0; j < H; j++) {
    const write = record[z + j]!;
    h[hNew + j] = (1 - write) * h[hOld + j]! + write * record[z + 2 * H + j]!;
  }
}
