/** `ugrnn-forward` and `ugrnn-backward`; slots of the record hold x W + b until the gates z | n replace them. */
import { mix, sigmoid, tanh } from "./activations";
import { addRow, isLeftOut, playRows, playSteps, preActivation, raise } from "./recurrent";
import { flushTiny, loadLanes, madd, notFinite, storeLanes } from "./simd";

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

  /** Both slots of a step, and its new states. */
  gates(t: i32, old: usize, next: usize, operand: usize, sums: usize): void {
    const B = <usize>this.B;
    const H = <usize>this.H;
    const U = <usize>this.U;
    const zero = f32x4.splat(0);
    let bad = zero;
    for (let b: usize = 0; b < B; b++) {
      const index = <usize>(t - 1) * B + b;
      const record = <usize>this.record + index * (H * 8);
      const row = b * (H * 4);
      const before = <usize>this.h + old + row;
      const after = <usize>this.h + next + row;
      if (isLeftOut(this.masked == 1, <usize>this.mask, index)) {
        memory.fill(record, 0, H * 8);
        memory.copy(after, before, H * 4);
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
        storeLanes(after + zAt, mix(loadLanes(before + zAt, lanes), n, z), lanes);
      }
    }
    raise(<usize>this.flags, bad, <u32>this.flagBit);
  }
}

/** h and the record of the steps played. */
export function ugrnnForward(call: UgrnnForward): void {
  playSteps(call, 2);
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

  /** The step that made the state at offset `here`: z | n become da_z | da_n, and the state before gets what does not pass through U. */
  differentiate(here: usize, step: i32): void {
    const B = <usize>this.B;
    const H = <usize>this.H;
    const before = step + <i32>this.reverse;
    // Nothing but the first step reads the initial state.
    const assigned = this.upstream == 0 || before == <i32>this.reverse * <i32>this.T;
    const one = f32x4.splat(1);
    for (let b: usize = 0; b < B; b++) {
      const index = <usize>step * B + b;
      const record = <usize>this.record + index * (H * 8);
      const state = <usize>this.h + (<usize>before * B + b) * (H * 4);
      const down = <usize>this.dh + (<usize>before * B + b) * (H * 4);
      const delta = <usize>this.dh + here + b * (H * 4);
      if (isLeftOut(this.masked == 1, <usize>this.mask, index)) {
        memory.fill(record, 0, H * 8);
        addRow(delta, H, assigned, down);
        continue;
      }
      if (assigned) memory.fill(down, 0, H * 4);
      for (let j: usize = 0; j < H; j += 4) {
        const lanes = H - j;
        const zAt = record + j * 4;
        const nAt = zAt + H * 4;
        const d = flushTiny(loadLanes(delta + j * 4, lanes));
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
}

/** BPTT over the rows played. */
export function ugrnnBackward(call: UgrnnBackward): void {
  playRows(call, 2);
}

