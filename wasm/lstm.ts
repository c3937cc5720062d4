/** `lstm-forward` and `lstm-backward`; slots of the record hold x W + b until the gates i | f | g | o replace them. */
import { sigmoid, tanh } from "./activations";
import { multiply, pack, packedBytes, packTransposed, ZEROS } from "./multiply";
import { accumulate, addDropped, addRow, drawFactors, dropStates, isLeftOut, preActivation, raise } from "./recurrent";
import { loadLanes, madd, notFinite, storeLanes } from "./simd";

@unmanaged
class LstmForward {
  h: f64;
  c: f64;
  record: f64;
  U: f64;
  bu: f64;
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
  scratch: f64; // U in panels, sums [B, 4H], factors of dropout and h̃' [B, H] each
}

/** h, c and the record of the steps played. */
export function lstmForward(call: LstmForward): void {
  const B = <usize>call.B;
  const H = <usize>call.H;
  const reverse = <i32>call.reverse;
  const states = B * H;
  const panels = <usize>call.scratch;
  const sums = panels + packedBytes(H, 4 * H);
  const factors = sums + states * 16;
  const kept = factors + states * 4;
  pack(<usize>call.U, H * 16, H, 4 * H, panels);
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
    multiply(B, 4 * H, H, operand, H * 4, H * 4, 4, panels, ZEROS, 0, 0, sums, H * 16);
    gates(call, t, old, next, operand, sums);
  }
}

/** All slots of a step and its new states; `old` and `next` are offsets in h and c. */
function gates(call: LstmForward, t: i32, old: usize, next: usize, operand: usize, sums: usize): void {
  const B = <usize>call.B;
  const H = <usize>call.H;
  const wide = H * 16;
  const h = <usize>call.h;
  const c = <usize>call.c;
  const U = <usize>call.U;
  const bu = <usize>call.bu;
  let bad = f32x4.splat(0);
  for (let b: usize = 0; b < B; b++) {
    const index = <usize>(t - 1) * B + b;
    const row = <usize>call.record + index * wide;
    const before = old + b * (H * 4);
    const after = next + b * (H * 4);
    if (isLeftOut(call.masked == 1, <usize>call.mask, index)) {
      memory.fill(row, 0, wide);
      memory.copy(h + after, h + before, H * 4);
      memory.copy(c + after, c + before, H * 4);
      continue;
    }
    const left = operand + b * (H * 4);
    const sum = sums + b * wide;
    for (let j: usize = 0; j < H; j += 4) {
      const lanes = H - j;
      const iAt = j * 4;
      const fAt = iAt + H * 4;
      const gAt = fAt + H * 4;
      const oAt = gAt + H * 4;
      const ai = slot(row, bu, sum, iAt, left, U, H, lanes);
      const af = slot(row, bu, sum, fAt, left, U, H, lanes);
      const ag = slot(row, bu, sum, gAt, left, U, H, lanes);
      const ao = slot(row, bu, sum, oAt, left, U, H, lanes);
      bad = v128.or(bad, v128.or(v128.or(notFinite(ai), notFinite(af)), v128.or(notFinite(ag), notFinite(ao))));
      const i = sigmoid(ai);
      const f = sigmoid(af);
      const g = tanh(ag);
      const o = sigmoid(ao);
      storeLanes(row + iAt, i, lanes);
      storeLanes(row + fAt, f, lanes);
      storeLanes(row + gAt, g, lanes);
      storeLanes(row + oAt, o, lanes);
      const cell = madd(f, loadLanes(c + before + iAt, lanes), f32x4.mul(i, g));
      storeLanes(c + after + iAt, cell, lanes);
      storeLanes(h + after + iAt, f32x4.mul(o, tanh(cell)), lanes);
    }
  }
  raise(<usize>call.flags, bad, <u32>call.flagBit);
}

@inline
function slot(
  row: usize,
  bu: usize,
  sum: usize,
  at: usize,
  left: usize,
  U: usize,
  H: usize,
  lanes: usize,
): v128 {
  const start = loadLanes(row + at, lanes);
  return preActivation(start, loadLanes(bu + at, lanes), loadLanes(sum + at, lanes), left, U + at, H * 16, H, lanes);
}

@unmanaged
class LstmBackward {
  c: f64;
  record: f64;
  U: f64;
  mask: f64;
  key: f64;
  dh: f64;
  dc: f64;
  T: f64;
  B: f64;
  H: f64;
  upstream: f64;
  cellUpstream: f64;
  reverse: f64;
  masked: f64;
  fromRow: f64;
  toRow: f64;
  dropped: f64;
  rate: f64;
  site: f64;
  scratch: f64; // Uᵀ in panels, sums [B, H], factors of dropout [B, H]
}

/** BPTT over the rows played; dc takes what the forget gate lets through. */
export function lstmBackward(call: LstmBackward): void {
  const B = <usize>call.B;
  const H = <usize>call.H;
  const T = <i32>call.T;
  const reverse = <i32>call.reverse;
  const states = B * H;
  const panels = <usize>call.scratch;
  const sums = panels + packedBytes(4 * H, H);
  const factors = sums + states * 4;
  packTransposed(<usize>call.U, H * 16, 4 * H, H, panels);
  if (call.dropped == 1) drawFactors(<usize>call.key, <u32>call.site, call.rate, states, factors);
  const last = <i32>call.toRow;
  const direction = last < <i32>call.fromRow ? -1 : 1;
  for (let row = <i32>call.fromRow; row != last + direction; row += direction) {
    const here = <usize>row * (states * 4);
    const dh = <usize>call.dh + here;
    if (row != (1 - reverse) * T) {
      const later = <usize>call.record + <usize>(row - reverse) * (states * 16);
      if (call.dropped == 1) {
        multiply(B, H, 4 * H, later, H * 16, H * 16, 4, panels, ZEROS, 0, 0, sums, H * 4);
        addDropped(sums, factors, states, dh);
      } else {
        accumulate(B, H, 4 * H, later, H * 16, panels, dh);
      }
    } else if (call.cellUpstream == 0) {
      memory.fill(<usize>call.dc + here, 0, states * 4);
    }
    if (row != reverse * T) startStep(call, here, row - 1 + reverse);
  }
}

/** The step that made the state at offset `here`: i | f | g | o become da_i | da_f | da_g | da_o. */
function startStep(call: LstmBackward, here: usize, step: i32): void {
  const B = <usize>call.B;
  const H = <usize>call.H;
  const before = step + <i32>call.reverse;
  // Nothing but the first step reads the initial state.
  const assigned = call.upstream == 0 || before == <i32>call.reverse * <i32>call.T;
  for (let b: usize = 0; b < B; b++) {
    const index = <usize>step * B + b;
    const row = <usize>call.record + index * (H * 16);
    const now = here + b * (H * 4);
    const old = (<usize>before * B + b) * (H * 4);
    const dc = <usize>call.dc;
    if (isLeftOut(call.masked == 1, <usize>call.mask, index)) {
      memory.fill(row, 0, H * 16);
      addRow(<usize>call.dh + now, H, assigned, <usize>call.dh + old);
      memory.copy(dc + old, dc + now, H * 4);
      continue;
    }
    if (assigned) memory.fill(<usize>call.dh + old, 0, H * 4);
    differentiateRow(<usize>call.c, row, H, <usize>call.dh + now, dc, now, old);
  }
}

function differentiateRow(c: usize, row: usize, H: usize, dh: usize, dc: usize, now: usize, old: usize): void {
  const one = f32x4.splat(1);
  for (let j: usize = 0; j < H; j += 4) {
    const lanes = H - j;
    const at = j * 4;
    const iAt = row + at;
    const fAt = iAt + H * 4;
    const gAt = fAt + H * 4;
    const oAt = gAt + H * 4;
    const i = loadLanes(iAt, lanes);
    const f = loadLanes(fAt, lanes);
    const g = loadLanes(gAt, lanes);
    const o = loadLanes(oAt, lanes);
    const delta = loadLanes(dh + at, lanes);
    const bounded = tanh(loadLanes(c + now + at, lanes));
    const slope = f32x4.mul(f32x4.sub(one, bounded), f32x4.add(one, bounded));
    const cell = madd(f32x4.mul(delta, o), slope, loadLanes(dc + now + at, lanes)); // ε
    const ig = f32x4.mul(cell, i);
    const cf = f32x4.mul(cell, f);
    storeLanes(dc + now + at, cell, lanes);
    storeLanes(dc + old + at, cf, lanes);
    storeLanes(iAt, f32x4.mul(f32x4.mul(ig, g), f32x4.sub(one, i)), lanes);
    storeLanes(fAt, f32x4.mul(f32x4.mul(cf, loadLanes(c + old + at, lanes)), f32x4.sub(one, f)), lanes);
    storeLanes(gAt, f32x4.mul(ig, f32x4.mul(f32x4.sub(one, g), f32x4.add(one, g))), lanes);
    storeLanes(oAt, f32x4.mul(f32x4.mul(f32x4.mul(delta, bounded), o), f32x4.sub(one, o)), lanes);
  }
}
