/** `gru-forward`, both reset forms; slots 0–2 of the record hold x W + b until gates replace them. */
import { activate, mix, sigmoid } from "./activations";
import { multiply, pack, packedBytes, ZEROS } from "./multiply";
import { drawFactors, dropStates, isLeftOut, preActivation, raise } from "./recurrent";
import { loadLanes, notFinite, storeLanes } from "./simd";

@unmanaged
class GruForward {
  h: f64;
  record: f64;
  U: f64;
  bu: f64;
  mask: f64;
  key: f64;
  flags: f64;
  T: f64;
  B: f64;
  H: f64;
  reset: f64;
  activation: f64;
  flagBit: f64;
  reverse: f64;
  masked: f64;
  fromStep: f64;
  toStep: f64;
  dropped: f64;
  rate: f64;
  site: f64;
  scratch: f64; // U in panels, sums [B, 3H], factors of dropout and h̃' [B, H] each
}

/** The states after the initial one and the record of gates. */
export function gruForward(call: GruForward): void {
  const B = <usize>call.B;
  const H = <usize>call.H;
  const reverse = <i32>call.reverse;
  const before = call.reset == 0;
  const states = B * H;
  const wide = H * 12; // bytes of a row of U
  const panels = <usize>call.scratch;
  const candidatePanels = panels + packedBytes(H, 2 * H);
  const sums = candidatePanels + packedBytes(H, H);
  const factors = sums + states * 12;
  const kept = factors + states * 4;
  const U = <usize>call.U;
  if (before) {
    pack(U, wide, H, 2 * H, panels);
    pack(U + H * 8, wide, H, H, candidatePanels);
  } else {
    pack(U, wide, H, 3 * H, panels);
  }
  if (call.dropped == 1) drawFactors(<usize>call.key, <u32>call.site, call.rate, states, factors);
  const last = <i32>call.toStep;
  const direction = last >= <i32>call.fromStep ? 1 : -1;
  for (let t = <i32>call.fromStep; t != last + direction; t += direction) {
    const old = <usize>call.h + <usize>(t - 1 + reverse) * (states * 4);
    const next = <usize>call.h + <usize>(t - reverse) * (states * 4);
    const record = <usize>call.record + <usize>(t - 1) * (states * 16);
    let operand = old;
    if (call.dropped == 1) {
      dropStates(old, factors, call.rate, states, kept);
      operand = kept;
    }
    if (before) {
      multiply(B, 2 * H, H, operand, H * 4, H * 4, 4, panels, ZEROS, 0, 0, sums, H * 8);
      gates(call, t, operand, record, sums);
      multiply(B, H, H, record + H * 12, H * 16, H * 16, 4, candidatePanels, ZEROS, 0, 0, sums, H * 4);
      candidates(call, t, old, next, record, sums);
    } else {
      multiply(B, 3 * H, H, operand, H * 4, H * 4, 4, panels, ZEROS, 0, 0, sums, wide);
      allGates(call, t, old, operand, next, record, sums);
    }
  }
}

/** Reset before, first half: slots become z | r | · | s with s = r⊙h̃'; sums [B, 2H]. */
function gates(call: GruForward, t: i32, operand: usize, record: usize, sums: usize): void {
  const B = <usize>call.B;
  const H = <usize>call.H;
  const wide = H * 12;
  const U = <usize>call.U;
  const zero = f32x4.splat(0);
  let bad = zero;
  for (let b: usize = 0; b < B; b++) {
    const row = record + b * (H * 16);
    if (isLeftOut(call.masked == 1, <usize>call.mask, <usize>(t - 1) * B + b)) {
      memory.fill(row, 0, H * 16);
      continue;
    }
    const left = operand + b * (H * 4);
    const sum = sums + b * (H * 8);
    for (let j: usize = 0; j < H; j += 4) {
      const lanes = H - j;
      const z = row + j * 4;
      const r = z + H * 4;
      const zSum = loadLanes(sum + j * 4, lanes);
      const rSum = loadLanes(sum + (H + j) * 4, lanes);
      const az = preActivation(loadLanes(z, lanes), zero, zSum, left, U + j * 4, wide, H, lanes);
      const ar = preActivation(loadLanes(r, lanes), zero, rSum, left, U + (H + j) * 4, wide, H, lanes);
      bad = v128.or(bad, v128.or(notFinite(az), notFinite(ar)));
      const reset = sigmoid(ar);
      storeLanes(z, sigmoid(az), lanes);
      storeLanes(r, reset, lanes);
      storeLanes(z + H * 12, f32x4.mul(reset, loadLanes(left + j * 4, lanes)), lanes);
    }
  }
  raise(<usize>call.flags, bad, <u32>call.flagBit);
}

/** Reset before, second half: slot 2 becomes n, and the new states; sums [B, H]. */
function candidates(call: GruForward, t: i32, old: usize, next: usize, record: usize, sums: usize): void {
  const B = <usize>call.B;
  const H = <usize>call.H;
  const U = <usize>call.U + H * 8;
  const relu = call.activation == 1;
  const zero = f32x4.splat(0);
  let bad = zero;
  for (let b: usize = 0; b < B; b++) {
    const row = record + b * (H * 16);
    const before = old + b * (H * 4);
    const after = next + b * (H * 4);
    if (isLeftOut(call.masked == 1, <usize>call.mask, <usize>(t - 1) * B + b)) {
      memory.copy(after, before, H * 4);
      continue;
    }
    const sum = sums + b * (H * 4);
    for (let j: usize = 0; j < H; j += 4) {
      const lanes = H - j;
      const at = row + (2 * H + j) * 4;
      const start = loadLanes(at, lanes);
      const a = preActivation(start, zero, loadLanes(sum + j * 4, lanes), row + H * 12, U + j * 4, H * 12, H, lanes);
      bad = v128.or(bad, notFinite(a));
      const n = activate(a, relu);
      storeLanes(at, n, lanes);
      const state = mix(loadLanes(before + j * 4, lanes), n, loadLanes(row + j * 4, lanes));
      storeLanes(after + j * 4, state, lanes);
    }
  }
  raise(<usize>call.flags, bad, <u32>call.flagBit);
}

/** Reset after: slots become z | r | n | q, and the new states; sums [B, 3H]. */
function allGates(
  call: GruForward,
  t: i32,
  old: usize,
  operand: usize,
  next: usize,
  record: usize,
  sums: usize,
): void {
  const B = <usize>call.B;
  const H = <usize>call.H;
  const wide = H * 12;
  const U = <usize>call.U;
  const bu = <usize>call.bu;
  const relu = call.activation == 1;
  const zero = f32x4.splat(0);
  let bad = zero;
  for (let b: usize = 0; b < B; b++) {
    const row = record + b * (H * 16);
    const before = old + b * (H * 4);
    const after = next + b * (H * 4);
    if (isLeftOut(call.masked == 1, <usize>call.mask, <usize>(t - 1) * B + b)) {
      memory.fill(row, 0, H * 16);
      memory.copy(after, before, H * 4);
      continue;
    }
    const left = operand + b * (H * 4);
    const sum = sums + b * wide;
    for (let j: usize = 0; j < H; j += 4) {
      const lanes = H - j;
      const zAt = j * 4;
      const rAt = zAt + H * 4;
      const nAt = rAt + H * 4;
      const qAt = nAt + H * 4;
      const zBias = loadLanes(bu + zAt, lanes);
      const rBias = loadLanes(bu + rAt, lanes);
      const qBias = loadLanes(bu + nAt, lanes);
      const zSum = loadLanes(sum + zAt, lanes);
      const rSum = loadLanes(sum + rAt, lanes);
      const qSum = loadLanes(sum + nAt, lanes);
      const az = preActivation(loadLanes(row + zAt, lanes), zBias, zSum, left, U + zAt, wide, H, lanes);
      const ar = preActivation(loadLanes(row + rAt, lanes), rBias, rSum, left, U + rAt, wide, H, lanes);
      const q = preActivation(zero, qBias, qSum, left, U + nAt, wide, H, lanes);
      const r = sigmoid(ar);
      const an = f32x4.add(loadLanes(row + nAt, lanes), f32x4.mul(r, q));
      bad = v128.or(bad, v128.or(notFinite(an), v128.or(notFinite(az), notFinite(ar))));
      const z = sigmoid(az);
      const n = activate(an, relu);
      storeLanes(row + zAt, z, lanes);
      storeLanes(row + rAt, r, lanes);
      storeLanes(row + nAt, n, lanes);
      storeLanes(row + qAt, q, lanes);
      storeLanes(after + zAt, mix(loadLanes(before + zAt, lanes), n, z), lanes);
    }
  }
  raise(<usize>call.flags, bad, <u32>call.flagBit);
}
