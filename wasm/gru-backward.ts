/**
 * `gru-backward`, both reset forms, in the order of its plain twin: at each row of dh first the product that the later step
 * hands down, then the gradients of the step that made this state, and (reset before) ds and da_r last.
 */
import { activationSlope } from "./activations";
import { multiply, packedBytes, packTransposed, ZEROS } from "./multiply";
import { accumulate, addDropped, addRow, drawFactors, isLeftOut } from "./recurrent";
import { flushTiny, loadLanes, madd, storeLanes } from "./simd";

@unmanaged
class GruBackward {
  h: f64;
  record: f64;
  U: f64;
  mask: f64;
  key: f64;
  dh: f64;
  T: f64;
  B: f64;
  H: f64;
  reset: f64;
  activation: f64;
  upstream: f64;
  reverse: f64;
  masked: f64;
  fromRow: f64;
  toRow: f64;
  dropped: f64;
  rate: f64;
  site: f64;
  scratch: f64; // U_zrᵀ and U_nᵀ in panels, sums [B, H], factors of dropout [B, H]
}

/** BPTT over the rows played. */
export function gruBackward(call: GruBackward): void {
  const B = <usize>call.B;
  const H = <usize>call.H;
  const T = <i32>call.T;
  const reverse = <i32>call.reverse;
  const states = B * H;
  const U = <usize>call.U;
  const gatePanels = <usize>call.scratch;
  const candidatePanels = gatePanels + packedBytes(2 * H, H);
  const sums = candidatePanels + packedBytes(H, H);
  const factors = sums + states * 4;
  packTransposed(U, H * 12, 2 * H, H, gatePanels);
  packTransposed(U + H * 8, H * 12, H, H, candidatePanels);
  if (call.dropped == 1) drawFactors(<usize>call.key, <u32>call.site, call.rate, states, factors);
  const last = <i32>call.toRow;
  const direction = last < <i32>call.fromRow ? -1 : 1;
  for (let row = <i32>call.fromRow; row != last + direction; row += direction) {
    const here = <usize>call.dh + <usize>row * (states * 4);
    if (row != (1 - reverse) * T) {
      const later = <usize>call.record + <usize>(row - reverse) * (states * 16);
      const to = call.dropped == 1 ? sums : here;
      if (call.dropped == 1) memory.fill(sums, 0, states * 4);
      accumulate(B, H, 2 * H, later, H * 16, gatePanels, to);
      if (call.reset == 1) accumulate(B, H, H, later + H * 12, H * 16, candidatePanels, to);
      if (call.dropped == 1) addDropped(sums, factors, states, here);
    }
    if (row == reverse * T) continue;
    const step = row - 1 + reverse;
    startStep(call, here, step);
    if (call.reset == 0) {
      const record = <usize>call.record + <usize>step * (states * 16);
      multiply(B, H, H, record + H * 8, H * 16, H * 16, 4, candidatePanels, ZEROS, 0, 0, sums, H * 4);
      resetRows(call, step, sums, factors);
    }
  }
}

/** The step that made the state at `here`: slots z | r | n | q become da_z | da_r | da_n | dq; reset before leaves r and s. */
function startStep(call: GruBackward, here: usize, step: i32): void {
  const B = <usize>call.B;
  const H = <usize>call.H;
  const reverse = <i32>call.reverse;
  const before = step + reverse;
  // Nothing but the first step reads the initial state.
  const assigned = call.upstream == 0 || before == reverse * <i32>call.T;
  const relu = call.activation == 1;
  const one = f32x4.splat(1);
  const zero = f32x4.splat(0);
  const after = call.reset == 1;
  for (let b: usize = 0; b < B; b++) {
    const index = <usize>step * B + b;
    const row = <usize>call.record + index * (H * 16);
    const delta = here + b * (H * 4);
    const state = <usize>call.h + (<usize>before * B + b) * (H * 4);
    const down = <usize>call.dh + (<usize>before * B + b) * (H * 4);
    if (isLeftOut(call.masked == 1, <usize>call.mask, index)) {
      memory.fill(row, 0, after ? H * 16 : H * 12); // s stays
      addRow(delta, H, assigned, down);
      continue;
    }
    for (let j: usize = 0; j < H; j += 4) {
      const lanes = H - j;
      const zAt = row + j * 4;
      const nAt = zAt + H * 8;
      const d = flushTiny(loadLanes(delta + j * 4, lanes));
      const z = loadLanes(zAt, lanes);
      const n = loadLanes(nAt, lanes);
      const rest = f32x4.sub(one, z);
      const written = f32x4.mul(d, z);
      const dan = f32x4.mul(written, activationSlope(n, relu));
      const difference = f32x4.sub(n, loadLanes(state + j * 4, lanes));
      storeLanes(nAt, dan, lanes);
      storeLanes(zAt, f32x4.mul(f32x4.mul(written, difference), rest), lanes);
      storeLanes(down + j * 4, madd(d, rest, assigned ? zero : loadLanes(down + j * 4, lanes)), lanes);
      if (after) {
        const rAt = zAt + H * 4;
        const qAt = nAt + H * 4;
        const r = loadLanes(rAt, lanes);
        const dq = f32x4.mul(dan, r);
        storeLanes(rAt, f32x4.mul(f32x4.mul(dq, loadLanes(qAt, lanes)), f32x4.sub(one, r)), lanes);
        storeLanes(qAt, dq, lanes);
      }
    }
  }
}

/** Reset before: from ds = da_n U_nᵀ through s = r⊙h̃'; slot r becomes da_r. */
function resetRows(call: GruBackward, step: i32, sums: usize, factors: usize): void {
  const B = <usize>call.B;
  const H = <usize>call.H;
  const before = <usize>(step + <i32>call.reverse);
  const one = f32x4.splat(1);
  const dropped = call.dropped == 1;
  for (let b: usize = 0; b < B; b++) {
    const index = <usize>step * B + b;
    if (isLeftOut(call.masked == 1, <usize>call.mask, index)) continue;
    const reset = <usize>call.record + index * (H * 16) + H * 4;
    const state = <usize>call.h + (before * B + b) * (H * 4);
    const down = <usize>call.dh + (before * B + b) * (H * 4);
    for (let j: usize = 0; j < H; j += 4) {
      const lanes = H - j;
      const at = j * 4;
      let ds = loadLanes(sums + (b * H + j) * 4, lanes);
      if (dropped) ds = f32x4.mul(ds, loadLanes(factors + (b * H + j) * 4, lanes));
      const r = loadLanes(reset + at, lanes);
      const dsr = f32x4.mul(ds, r);
      storeLanes(reset + at, f32x4.mul(f32x4.mul(dsr, loadLanes(state + at, lanes)), f32x4.sub(one, r)), lanes);
      storeLanes(down + at, f32x4.add(loadLanes(down + at, lanes), dsr), lanes);
    }
  }
}
