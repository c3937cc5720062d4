/**
 * What the recurrences of all cells share: variational dropout of h', the gradient that a step hands down through U, and
 * pre-activations. A recurrence is a matrix product of all batch rows at each step, with U packed once, and then a walk
 * over the rows, four units at a time. `playSteps` and `playRows` are that for cells with one product in each step, the
 * GRU has two; they are compiled for each class of calls, whose fields and methods they name: a function handed on as a value
 * would need a place in memory, where tensors lie.
 */
import { exactSum, isLarge } from "./exact-sum";
import { multiply, pack, packedBytes, packTransposed, ZEROS } from "./multiply";
import { loadLanes, madd, storeLanes } from "./simd";

/** First argument of the hash for recurrent dropout, `STREAM.recurrentDropout` in `src/core/rng.ts`. */
const STREAM: u32 = 6;

/** Distance between the streams of two sites, `SITES` there. */
const SITES: u32 = 256;

@inline
function step(word: u32): u32 {
  return word * 1664525 + 1013904223;
}

/** `hash` of `src/core/rng.ts`: the first word of pcg4d. */
function hash(seed: u32, stream: u32, time: u32, index: u32): u32 {
  let x = step(seed);
  let y = step(stream);
  let z = step(time);
  let w = step(index);
  x += y * w;
  y += z * x;
  z += x * y;
  w += y * z;
  x ^= x >> 16;
  y ^= y >> 16;
  w ^= w >> 16;
  return x + y * w;
}

/** What a kept unit is multiplied by: 1 / (1 − rate), rate rounded to f32. */
@inline
function keptFactor(rate: f64): f64 {
  return 1 / (1 - <f64>(<f32>rate));
}

/** `dropoutFactor` for all elements of one mask: 1 / (1 − rate) where a unit is kept, else 0. */
export function drawFactors(key: usize, site: u32, rate: f64, count: usize, factors: usize): void {
  const share = <f32>rate;
  const kept = <f32>keptFactor(rate);
  const seed = load<u32>(key);
  const time = load<u32>(key, 4);
  for (let i: usize = 0; i < count; i++) {
    const drawn = <f32>(hash(seed, STREAM + SITES * site, time, <u32>i) >> 8) * <f32>5.9604644775390625e-8; // 2⁻²⁴
    store<f32>(factors + i * 4, drawn >= share ? kept : 0);
  }
}

/** h̃' = h' ⊙ factors, rounded once as in the twin: nets with large weights turn one ulp into many. */
export function dropStates(h: usize, factors: usize, rate: f64, count: usize, to: usize): void {
  const kept = keptFactor(rate);
  for (let i: usize = 0; i < count; i++) {
    const at = i * 4;
    store<f32>(to + at, load<f32>(factors + at) == 0 ? 0 : <f32>(<f64>load<f32>(h + at) * kept));
  }
}

/** dh += d ⊙ factors. */
export function addDropped(d: usize, factors: usize, count: usize, dh: usize): void {
  for (let i: usize = 0; i < count; i += 4) {
    const at = i * 4;
    const lanes = count - i;
    storeLanes(dh + at, madd(loadLanes(d + at, lanes), loadLanes(factors + at, lanes), loadLanes(dh + at, lanes)), lanes);
  }
}

/** to = from + what is there, or from alone where `assigned` is set. */
export function addRow(from: usize, count: usize, assigned: bool, to: usize): void {
  if (assigned) memory.copy(to, from, count * 4);
  else {
    for (let i: usize = 0; i < count; i += 4) {
      const lanes = count - i;
      storeLanes(to + i * 4, f32x4.add(loadLanes(to + i * 4, lanes), loadLanes(from + i * 4, lanes)), lanes);
    }
  }
}

/** C [B, columns] += left right, rows of C packed. */
export function accumulate(
  B: usize,
  columns: usize,
  depth: usize,
  left: usize,
  leftRow: usize,
  panels: usize,
  c: usize,
): void {
  multiply(B, columns, depth, left, leftRow, leftRow, 4, panels, c, columns * 4, 32, c, columns * 4);
}

/** Whether the mask leaves this step of a sequence out. */
@inline
export function isLeftOut(masked: bool, mask: usize, index: usize): bool {
  return masked && load<f32>(mask + index * 4) == 0;
}

/** start + bias + sum; large ones are summed again, exactly, from the row of h̃' and four columns of U. */
@inline
export function preActivation(
  start: v128,
  bias: v128,
  sum: v128,
  operand: usize,
  U: usize,
  uRow: usize,
  H: usize,
  lanes: usize,
): v128 {
  const a = f32x4.add(f32x4.add(start, bias), sum);
  return isLarge(a) ? exactSum(start, bias, operand, U, uRow, H, lanes) : a;
}

/** Sets the operation's bit where a lane of `bad` is set. */
@inline
export function raise(flags: usize, bad: v128, flagBit: u32): void {
  if (v128.any_true(bad)) store<u32>(flags, load<u32>(flags) | flagBit);
}

/**
 * Steps fromStep … toStep of a cell with `slots` blocks in U [H, slots·H]: the call's `gates` gets the step, where the old and the new
 * states lie from the start of h in bytes, the operand h̃' [B, H] and its sums [B, slots·H]. In `scratch` lie U in panels,
 * the sums, factors of dropout and h̃'.
 */
export function playSteps<Call>(call: Call, slots: usize): void {
  const B = <usize>call.B;
  const H = <usize>call.H;
  const reverse = <i32>call.reverse;
  const states = B * H;
  const wide = slots * H * 4; // bytes of a row of U
  const panels = <usize>call.scratch;
  const sums = panels + packedBytes(H, slots * H);
  const factors = sums + states * slots * 4;
  const kept = factors + states * 4;
  pack(<usize>call.U, wide, H, slots * H, panels);
  if (call.dropped == 1) drawFactors(<usize>call.key, <u32>call.site, call.rate, states, factors);
  const last = <i32>call.toStep;
  const direction = last < <i32>call.fromStep ? -1 : 1;
  for (let t = <i32>call.fromStep; t != last + direction; t += direction) {
    const old = <usize>(t - 1 + reverse) * (states * 4);
    const next = <usize>(t - reverse) * (states * 4);
    let operand = <usize>call.h + old;
    if (call.dropped == 1) {
      dropStates(operand, factors, call.rate, states, kept);
      operand = kept;
    }
    multiply(B, slots * H, H, operand, H * 4, H * 4, 4, panels, ZEROS, 0, 0, sums, wide);
    call.gates(t, old, next, operand, sums);
  }
}

/**
 * Rows fromRow … toRow of dh of such a cell: what the later step hands down is added, then the call's `differentiate` gets where the row lies
 * from the start of dh in bytes, and the step that made its state. In `scratch` lie Uᵀ in panels, sums and factors of dropout.
 */
export function playRows<Call>(call: Call, slots: usize): void {
  const B = <usize>call.B;
  const H = <usize>call.H;
  const T = <i32>call.T;
  const reverse = <i32>call.reverse;
  const states = B * H;
  const wide = slots * H * 4;
  const panels = <usize>call.scratch;
  const sums = panels + packedBytes(slots * H, H);
  const factors = sums + states * 4;
  packTransposed(<usize>call.U, wide, slots * H, H, panels);
  if (call.dropped == 1) drawFactors(<usize>call.key, <u32>call.site, call.rate, states, factors);
  const last = <i32>call.toRow;
  const direction = last < <i32>call.fromRow ? -1 : 1;
  for (let row = <i32>call.fromRow; row != last + direction; row += direction) {
    const here = <usize>row * (states * 4);
    const dh = <usize>call.dh + here;
    if (row != (1 - reverse) * T) {
      const later = <usize>call.record + <usize>(row - reverse) * B * wide;
      if (call.dropped == 1) {
        multiply(B, H, slots * H, later, wide, wide, 4, panels, ZEROS, 0, 0, sums, H * 4);
        addDropped(sums, factors, states, dh);
      } else {
        accumulate(B, H, slots * H, later, wide, panels, dh);
      }
    }
    if (row != reverse * T) call.differentiate(here, row - 1 + reverse);
  }
}
