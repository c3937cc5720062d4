/**
 * Twin of `gru-forward`. The record is worked on in place: a slot holds x W + b until its gate replaces it. Reset before
 * needs r of all units of a row before the candidate's product starts. With dropout the row of the new state first holds
 * h̃', what h' is inside products. A pre-activation is stored and read back before it is tested, so that an overflow of
 * f32 counts as not finite although the sum is formed in double precision.
 */
import type { gruForward } from "../../operations/gru-forward.ts";
import { activate, sigmoid } from "./activations.ts";
import { dropStates } from "./recurrent-dropout.ts";
import type { Twin, TwinNumbers, TwinTensors } from "./twin.ts";

type Tensors = TwinTensors<typeof gruForward>;
type Sizes = TwinNumbers<typeof gruForward>;

/** The states after the initial one and the record of gates, for both reset forms. */
export const gruForwardTwin: Twin<typeof gruForward> = (tensors, numbers) => {
  const { B, H, reset, reverse, masked, fromStep, toStep, dropped } = numbers;
  const { h, record, mask } = tensors;
  const direction = toStep >= fromStep ? 1 : -1;
  for (let t = fromStep; t !== toStep + direction; t += direction) {
    for (let b = 0; b < B; b++) {
      const hOld = ((t - 1 + reverse) * B + b) * H; // h'
      const hNew = ((t - reverse) * B + b) * H;
      const z = ((t - 1) * B + b) * 4 * H; // slot 0; r, n and s or q follow at H each
      if (masked === 1 && mask[(t - 1) * B + b] === 0) {
        record.fill(0, z, z + 4 * H);
        h.copyWithin(hNew, hOld, hOld + H);
        continue;
      }
      if (dropped === 1) dropStates(tensors, numbers, { from: hOld, to: hNew, unit: b * H });
      const operand = dropped === 1 ? hNew : hOld;
      if (reset === 0) runRowBefore(tensors, numbers, operand, z);
      else runRowAfter(tensors, numbers, operand, z);
      // h = (1−z)⊙h' + z⊙n
      for (let j = 0; j < H; j++) {
        const write = record[z + j]!;
        h[hNew + j] = (1 - write) * h[hOld + j]! + write * record[z + 2 * H + j]!;
      }
    }
  }
};

/** Slots 0–3 of one row become z | r | n | s with s = r⊙h̃'; h̃' is the row of h from `operand`. */
function runRowBefore({ h, record, U, flags }: Tensors, numbers: Sizes, operand: number, z: number): void {
  const { H, activation, flagBit } = numbers;
  const n = z + 2 * H;
  const s = z + 3 * H;
  for (let c = 0; c < 2 * H; c++) {
    let a = record[z + c]!;
    for (let k = 0; k < H; k++) a += h[operand + k]! * U[k * 3 * H + c]!;
    record[z + c] = a;
    if (!Number.isFinite(record[z + c])) flags[0]! |= flagBit;
    record[z + c] = sigmoid(a);
  }
  for (let j = 0; j < H; j++) record[s + j] = record[z + H + j]! * h[operand + j]!;
  for (let j = 0; j < H; j++) {
    let a = record[n + j]!;
    for (let k = 0; k < H; k++) a += record[s + k]! * U[k * 3 * H + 2 * H + j]!;
    record[n + j] = a;
    if (!Number.isFinite(record[n + j])) flags[0]! |= flagBit;
    record[n + j] = activate(a, activation);
  }
}

/** Slots 0–3 of one row become z | r | n | q with q = h̃' U_n + bu_n. */
function runRowAfter({ h, record, U, bu, flags }: Tensors, numbers: Sizes, operand: number, z: number): void {
  const { H, activation, flagBit } = numbers;
  const n = z + 2 * H;
  const q = z + 3 * H;
  for (let c = 0; c < 2 * H; c++) {
    let a = record[z + c]! + bu[c]!;
    for (let k = 0; k < H; k++) a += h[operand + k]! * U[k * 3 * H + c]!;
    record[z + c] = a;
    if (!Number.isFinite(record[z + c])) flags[0]! |= flagBit;
    record[z + c] = sigmoid(a);
  }
  for (let j = 0; j < H; j++) {
    let sum = bu[2 * H + j]!;
    for (let k = 0; k < H; k++) sum += h[operand + k]! * U[k * 3 * H + 2 * H + j]!;
    record[q + j] = sum;
    const a = record[n + j]! + record[z + H + j]! * sum;
    record[n + j] = a;
    if (!Number.isFinite(record[n + j])) flags[0]! |= flagBit;
    record[n + j] = activate(a, activation);
  }
}
