/**
 * What the recurrences of all cells share: variational dropout of h', the gradient that a step hands down through U, and
 * pre-activations. A recurrence is a matrix product of all batch rows at each step, with U packed once, and then a walk
 * over the rows, four units at a time.
 */
import { exactSum, isLarge } from "./exact-sum";
import { multiply } from "./multiply";
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
