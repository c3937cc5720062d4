/** `lstm-forward` and `lstm-backward`; slots of the record hold x W + b until the gates i | f | g | o replace them. */
import { sigmoid, tanh } from "./activations";
import { addRow, isLeftOut, playRows, playSteps, preActivation, raise } from "./recurrent";
import { flushTiny, loadLanes, madd, notFinite, storeLanes } from "./simd";

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

  /** All slots of a step and its new states; `old` and `next` are offsets in h and c. */
  gates(t: i32, old: usize, next: usize, operand: usize, sums: usize): void {
    const B = <usize>this.B;
    const H = <usize>this.H;
    const wide = H * 16;
    const h = <usize>this.h;
    const c = <usize>this.c;
    const U = <usize>this.U;
    const bu = <usize>this.bu;
    let bad = f32x4.splat(0);
    for (let b: usize = 0; b < B; b++) {
      const index = <usize>(t - 1) * B + b;
      const row = <usize>this.record + index * wide;
      const before = old + b * (H * 4);
      const after = next + b * (H * 4);
      if (isLeftOut(this.masked == 1, <usize>this.mask, index)) {
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
    raise(<usize>this.flags, bad, <u32>this.flagBit);
  }
}

/** h, c and the record of the steps played. */
export function lstmForward(call: LstmForward): void {
  playSteps(call, 4);
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

  /** The step that made the state at offset `here`: i | f | g | o become da_i | da_f | da_g | da_o. */
  differentiate(here: usize, step: i32): void {
    const B = <usize>this.B;
    const H = <usize>this.H;
    const before = step + <i32>this.reverse;
    // Nothing but the first step reads the initial state.
    const assigned = this.upstream == 0 || before == <i32>this.reverse * <i32>this.T;
    for (let b: usize = 0; b < B; b++) {
      const index = <usize>step * B + b;
      const row = <usize>this.record + index * (H * 16);
      const now = here + b * (H * 4);
      const old = (<usize>before * B + b) * (H * 4);
      const dc = <usize>this.dc;
      if (isLeftOut(this.masked == 1, <usize>this.mask, index)) {
        memory.fill(row, 0, H * 16);
        addRow(<usize>this.dh + now, H, assigned, <usize>this.dh + old);
        memory.copy(dc + old, dc + now, H * 4);
        continue;
      }
      if (assigned) memory.fill(<usize>this.dh + old, 0, H * 4);
      differentiateRow(<usize>this.c, row, H, <usize>this.dh + now, dc, now, old);
    }
  }
}

/** BPTT over the rows played; dc takes what the forget gate lets through. */
export function lstmBackward(call: LstmBackward): void {
  const first = <i32>call.fromRow;
  if (call.cellUpstream == 0 && first == (1 - <i32>call.reverse) * <i32>call.T) {
    const states = <usize>call.B * <usize>call.H;
    memory.fill(<usize>call.dc + <usize>first * (states * 4), 0, states * 4);
  }
  playRows(call, 4);
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
    const delta = flushTiny(loadLanes(dh + at, lanes));
    const bounded = tanh(loadLanes(c + now + at, lanes));
    const slope = f32x4.mul(f32x4.sub(one, bounded), f32x4.add(one, bounded));
    const cell = flushTiny(madd(f32x4.mul(delta, o), slope, loadLanes(dc + now + at, lanes))); // ε
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
