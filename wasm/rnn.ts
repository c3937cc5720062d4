/** `rnn-forward` and `rnn-backward`; the record keeps x W + b, then da. */
import { activate, activationSlope } from "./activations";
import { multiply, pack, packedBytes, packTransposed, ZEROS } from "./multiply";
import { accumulate, addDropped, addRow, drawFactors, dropStates, isLeftOut, preActivation, raise } from "./recurrent";
import { loadLanes, notFinite, storeLanes } from "./simd";

@unmanaged
class RnnForward {
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
  activation: f64;
  flagBit: f64;
  reverse: f64;
  masked: f64;
  fromStep: f64;
  toStep: f64;
  dropped: f64;
  rate: f64;
  site: f64;
  scratch: f64; // U in panels, sums [B, H], factors of dropout and h̃' [B, H] each
}

/** h of the steps played. */
export function rnnForward(call: RnnForward): void {
  const B = <usize>call.B;
  const H = <usize>call.H;
  const reverse = <i32>call.reverse;
  const states = B * H;
  const panels = <usize>call.scratch;
  const sums = panels + packedBytes(H, H);
  const factors = sums + states * 4;
  const kept = factors + states * 4;
  pack(<usize>call.U, H * 4, H, H, panels);
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
    multiply(B, H, H, operand, H * 4, H * 4, 4, panels, ZEROS, 0, 0, sums, H * 4);
    newStates(call, t, old, next, operand, sums);
  }
}

function newStates(call: RnnForward, t: i32, old: usize, next: usize, operand: usize, sums: usize): void {
  const B = <usize>call.B;
  const H = <usize>call.H;
  const U = <usize>call.U;
  const bu = <usize>call.bu;
  const relu = call.activation == 1;
  let bad = f32x4.splat(0);
  for (let b: usize = 0; b < B; b++) {
    const index = <usize>(t - 1) * B + b;
    const row = b * (H * 4);
    const record = <usize>call.record + index * (H * 4);
    if (isLeftOut(call.masked == 1, <usize>call.mask, index)) {
      memory.copy(next + row, old + row, H * 4);
      continue;
    }
    for (let j: usize = 0; j < H; j += 4) {
      const lanes = H - j;
      const at = j * 4;
      const start = loadLanes(record + at, lanes);
      const sum = loadLanes(sums + row + at, lanes);
      const a = preActivation(start, loadLanes(bu + at, lanes), sum, operand + row, U + at, H * 4, H, lanes);
      bad = v128.or(bad, notFinite(a));
      storeLanes(next + row + at, activate(a, relu), lanes);
    }
  }
  raise(<usize>call.flags, bad, <u32>call.flagBit);
}

@unmanaged
class RnnBackward {
  h: f64;
  record: f64;
  U: f64;
  mask: f64;
  key: f64;
  dh: f64;
  T: f64;
  B: f64;
  H: f64;
  activation: f64;
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
export function rnnBackward(call: RnnBackward): void {
  const B = <usize>call.B;
  const H = <usize>call.H;
  const T = <i32>call.T;
  const reverse = <i32>call.reverse;
  const states = B * H;
  const panels = <usize>call.scratch;
  const sums = panels + packedBytes(H, H);
  const factors = sums + states * 4;
  packTransposed(<usize>call.U, H * 4, H, H, panels);
  if (call.dropped == 1) drawFactors(<usize>call.key, <u32>call.site, call.rate, states, factors);
  const last = <i32>call.toRow;
  const direction = last < <i32>call.fromRow ? -1 : 1;
  for (let row = <i32>call.fromRow; row != last + direction; row += direction) {
    const here = <usize>call.dh + <usize>row * (states * 4);
    if (row != (1 - reverse) * T) {
      const later = <usize>call.record + <usize>(row - reverse) * (states * 4);
      if (call.dropped == 1) {
        multiply(B, H, H, later, H * 4, H * 4, 4, panels, ZEROS, 0, 0, sums, H * 4);
        addDropped(sums, factors, states, here);
      } else {
        accumulate(B, H, H, later, H * 4, panels, here);
      }
    }
    if (row != reverse * T) startStep(call, row, here);
  }
}

/** da of the step that made the state of this row; a step that is left out hands its gradient on instead. */
function startStep(call: RnnBackward, row: i32, here: usize): void {
  const B = <usize>call.B;
  const H = <usize>call.H;
  const step = row - 1 + <i32>call.reverse;
  const before = step + <i32>call.reverse;
  // Nothing but the first step reads the initial state.
  const assigned = call.upstream == 0 || before == <i32>call.reverse * <i32>call.T;
  const relu = call.activation == 1;
  for (let b: usize = 0; b < B; b++) {
    const index = <usize>step * B + b;
    const record = <usize>call.record + index * (H * 4);
    const state = <usize>call.h + (<usize>row * B + b) * (H * 4);
    const delta = here + b * (H * 4);
    const down = <usize>call.dh + (<usize>before * B + b) * (H * 4);
    if (isLeftOut(call.masked == 1, <usize>call.mask, index)) {
      memory.fill(record, 0, H * 4);
      addRow(delta, H, assigned, down);
      continue;
    }
    if (assigned) memory.fill(down, 0, H * 4);
    for (let j: usize = 0; j < H; j += 4) {
      const lanes = H - j;
      const slope = activationSlope(loadLanes(state + j * 4, lanes), relu);
      storeLanes(record + j * 4, f32x4.mul(loadLanes(delta + j * 4, lanes), slope), lanes);
    }
  }
}
