/** `ugrnn-forward` and `ugrnn-backward`; slots of the record hold x W + b until the gates z | n replace them. */
import { mix, sigmoid, tanh } from "./activations";
import { multiply, pack, packedBytes, packTransposed, ZEROS } from "./multiply";
import { accumulate, addDropped, addRow, drawFactors, dropStates, isLeftOut, preActivation, raise } from "./recurrent";
import { loadLanes, madd, notFinite, storeLanes } from "./simd";

@unmanaged
class UgrnnForward {
  h: f64;
  record: f64;
  U: f64;
  mask: f64;
  key: f64;
  flags: f64;
  T: f64;
  B: f64;
  H: f64;
  flagBit: f64;
  reverse: f64;
  masked: f64;
  fromStep: f64;
  toStep: f64;
  dropped: f64;
  rate: f64;
  site: f64;
  scratch: f64; // U in panels, sums [B, 2H], factors of dropout and h̃' [B, H] each
}

/** h and the record of the steps played. */
export function ugrnnForward(call: UgrnnForward): void {
  const B = <usize>call.B;
  const H = <usize>call.H;
  const reverse = <i32>call.reverse;
  const states = B * H;
  const panels = <usize>call.scratch;
  const sums = panels + packedBytes(H, 2 * H);
  const factors = sums + states * 8;
  const kept = factors + states * 4;
  pack(<usize>call.U, H * 8, H, 2 * H, panels);
  if (call.dropped == 1) drawFactors(<usize>call.key, <u32>call.site, call.rate, states, factors);
  const last = <i32>call.toStep;
  const direction = last < <i32>call.fromStep ? -1 : 1;
  for (let t = <i32>call.fromStep; t != last + direction; t += direction) {
    const old = <usize>call.h + <usize>(t - 1 + reverse) * (states * 4);
    const next = <usize>call.h + <usize>(t - reverse) * (states * 4);
    let operand = old;
    if (call.dropped == 1) {
      dropStates(old, factors, call.rate, states, kept);
      operand = kept;
    }
    multiply(B, 2 * H, H, operand, H * 4, H * 4, 4, panels, ZEROS, 0, 0, sums, H * 8);
    gates(call, t, old, next, operand, sums);
  }
}

/** Both slots of a step, and its new states. */
function gates(call: UgrnnForward, t: i32, old: usize, next: usize, operand: usize, sums: usize): void {
  const B = <usize>call.B;
  const H = <usize>call.H;
  const U = <usize>call.U;
  const zero = f32x4.splat(0);
  let bad = zero;
  for (let b: usize = 0; b < B; b++) {
    const index = <usize>(t - 1) * B + b;
    const record = <usize>call.record + index * (H * 8);
    const row = b * (H * 4);
    if (isLeftOut(call.masked == 1, <usize>call.mask, index)) {
      memory.fill(record, 0, H * 8);
      memory.copy(next + row, old + row, H * 4);
      continue;
    }
    const sum = sums + b * (H * 8);
    const left = operand + row;
    for (let j: usize = 0; j < H; j += 4) {
      const lanes = H - j;
      const zAt = j * 4;
      const nAt = zAt + H * 4;
      const zSum = loadLanes(sum + zAt, lanes);
      const nSum = loadLanes(sum + nAt, lanes);
      const az = preActivation(loadLanes(record + zAt, lanes), zero, zSum, left, U + zAt, H * 8, H, lanes);
      const an = preActivation(loadLanes(record + nAt, lanes), zero, nSum, left, U + nAt, H * 8, H, lanes);
      bad = v128.or(bad, v128.or(notFinite(az), notFinite(an)));
      const z = sigmoid(az);
      const n = tanh(an);
      storeLanes(record + zAt, z, lanes);
      storeLanes(record + nAt, n, lanes);
      storeLanes(next + row + zAt, mix(loadLanes(old + row + zAt, lanes), n, z), lanes);
    }
  }
  raise(<usize>call.flags, bad, <u32>call.flagBit);
}

@unmanaged
class UgrnnBackward {
  h: f64;
  record: f64;
  U: f64;
  mask: f64;
  key: f64;
  dh: f64;
  T: f64;
  B: f64;
  H: f64;
  upstream: f64;
  reverse: f64;
  masked: f64;
  fromRow: f64;
  toRow: f64;
  dropped: f64;
  rate: f64;
  site: f64;
  scratch: f64; // Uᵀ in panels, sums [B, H], factors of dropout [B, H]
}

/** BPTT over the rows played. */
export function ugrnnBackward(call: UgrnnBackward): void {
  const B = <usize>call.B;
  const H = <usize>call.H;
  const T = <i32>call.T;
  const reverse = <i32>call.reverse;
  const states = B * H;
  const panels = <usize>call.scratch;
  const sums = panels + packedBytes(2 * H, H);
  const factors = sums + states * 4;
  packTransposed(<usize>call.U, H * 8, 2 * H, H, panels);
  if (call.dropped == 1) drawFactors(<usize>call.key, <u32>call.site, call.rate, states, factors);
  const last = <i32>call.toRow;
  const direction = last < <i32>call.fromRow ? -1 : 1;
  for (let row = <i32>call.fromRow; row != last + direction; row += direction) {
    const here = <usize>call.dh + <usize>row * (states * 4);
    if (row != (1 - reverse) * T) {
      const later = <usize>call.record + <usize>(row - reverse) * (states * 8);
      if (call.dropped == 1) {
        multiply(B, H, 2 * H, later, H * 8, H * 8, 4, panels, ZEROS, 0, 0, sums, H * 4);
        addDropped(sums, factors, states, here);
      } else {
        accumulate(B, H, 2 * H, later, H * 8, panels, here);
      }
    }
    if (row != reverse * T) startStep(call, here, row - 1 + reverse);
  }
}

/** The step that made the state at `here`: z | n become da_z | da_n, and the state before gets what does not pass through U. */
function startStep(call: UgrnnBackward, here: usize, step: i32): void {
  const B = <usize>call.B;
  const H = <usize>call.H;
  const before = step + <i32>call.reverse;
  // Nothing but the first step reads the initial state.
  const assigned = call.upstream == 0 || before == <i32>call.reverse * <i32>call.T;
  const one = f32x4.splat(1);
  for (let b: usize = 0; b < B; b++) {
    const index = <usize>step * B + b;
    const record = <usize>call.record + index * (H * 8);
    const state = <usize>call.h + (<usize>before * B + b) * (H * 4);
    const down = <usize>call.dh + (<usize>before * B + b) * (H * 4);
    const delta = here + b * (H * 4);
    if (isLeftOut(call.masked == 1, <usize>call.mask, index)) {
      memory.fill(record, 0, H * 8);
      addRow(delta, H, assigned, down);
      continue;
    }
    if (assigned) memory.fill(down, 0, H * 4);
    for (let j: usize = 0; j < H; j += 4) {
      const lanes = H - j;
      const zAt = record + j * 4;
      const nAt = zAt + H * 4;
      const d = loadLanes(delta + j * 4, lanes);
      const z = loadLanes(zAt, lanes);
      const n = loadLanes(nAt, lanes);
      const rest = f32x4.sub(one, z);
      const written = f32x4.mul(d, z);
      const difference = f32x4.sub(n, loadLanes(state + j * 4, lanes));
      storeLanes(nAt, f32x4.mul(written, f32x4.mul(f32x4.sub(one, n), f32x4.add(one, n))), lanes);
      storeLanes(zAt, f32x4.mul(f32x4.mul(written, difference), rest), lanes);
      storeLanes(down + j * 4, madd(d, rest, loadLanes(down + j * 4, lanes)), lanes);
    }
  }
}
