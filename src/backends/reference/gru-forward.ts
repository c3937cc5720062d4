/**
 * Twin of `gru-forward`. The record is worked on in place: a slot holds a pre-activation until its gate replaces it, so
 * z and r must be complete for all units of a row before the candidate's product starts.
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
  for (let k = 0; k < H; k++) {
    const hk = h[hOld + k]!;
    for (let c = 0; c < 2 * H; c++) record[z + c]! += hk * U[k * 3 * H + c]!;
  }
  for (let c = 0; c < 2 * H; c++) {
    const a = record[z + c]!;
    if (!Number.isFinite(a)) flags[0]! |= flagBit;
    record[z + c] = sigmoid(a);
  }
  for (let j = 0; j < H; j++) record[s + j] = record[z + H + j]! * h[hOld + j]!;
  for (let k = 0; k < H; k++) {
    const sk = record[s + k]!;
    for (let j = 0; j < H; j++) record[n + j]! += sk * U[k * 3 * H + 2 * H + j]!;
  }
  for (let j = 0; j < H; j++) {
    const a = record[n + j]!;
    if (!Number.isFinite(a)) flags[0]! |= flagBit;
    record[n + j] = activate(a, activation);
  }
}

/** Slots 0–3 of one row become z | r | n | q with q = h' U_n + bu_n. */
function runRowAfter({ h, record, U, bu, flags }: Tensors, numbers: Sizes, hOld: number, z: number): void {
  const { H, activation, flagBit } = numbers;
  const n = z + 2 * H;
  const q = z + 3 * H;
  for (let c = 0; c < 2 * H; c++) record[z + c]! += bu[c]!;
  for (let j = 0; j < H; j++) record[q + j] = bu[2 * H + j]!;
  for (let k = 0; k < H; k++) {
    const hk = h[hOld + k]!;
    for (let c = 0; c < 2 * H; c++) record[z + c]! += hk * U[k * 3 * H + c]!;
    for (let j = 0; j < H; j++) record[q + j]! += hk * U[k * 3 * H + 2 * H + j]!;
  }
  for (let c = 0; c < 2 * H; c++) {
    const a = record[z + c]!;
    if (!Number.isFinite(a)) flags[0]! |= flagBit;
    record[z + c] = sigmoid(a);
  }
  for (let j = 0; j < H; j++) {
    record[n + j]! += record[z + H + j]! * record[q + j]!;
    const a = record[n + j]!;
    if (!Number.isFinite(a)) flags[0]! |= flagBit;
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
