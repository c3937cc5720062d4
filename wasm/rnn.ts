/** `rnn-forward` and `rnn-backward`; the record keeps x W + b, then da. */
import { activate, activationSlope } from "./activations";
import { addRow, isLeftOut, playRows, playSteps, preActivation, raise } from "./recurrent";
import { flushTiny, loadLanes, notFinite, storeLanes } from "./simd";

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

  gates(t: i32, old: usize, next: usize, operand: usize, sums: usize): void {
    const B = <usize>this.B;
    const H = <usize>this.H;
    const U = <usize>this.U;
    const bu = <usize>this.bu;
    const relu = this.activation == 1;
    let bad = f32x4.splat(0);
    for (let b: usize = 0; b < B; b++) {
      const index = <usize>(t - 1) * B + b;
      const row = b * (H * 4);
      const record = <usize>this.record + index * (H * 4);
      const after = <usize>this.h + next + row;
      if (isLeftOut(this.masked == 1, <usize>this.mask, index)) {
        memory.copy(after, <usize>this.h + old + row, H * 4);
        continue;
      }
      for (let j: usize = 0; j < H; j += 4) {
        const lanes = H - j;
        const at = j * 4;
        const start = loadLanes(record + at, lanes);
        const sum = loadLanes(sums + row + at, lanes);
        const a = preActivation(start, loadLanes(bu + at, lanes), sum, operand + row, U + at, H * 4, H, lanes);
        bad = v128.or(bad, notFinite(a));
        storeLanes(after + at, activate(a, relu), lanes);
      }
    }
    raise(<usize>this.flags, bad, <u32>this.flagBit);
  }
}

/** h of the steps played. */
export function rnnForward(call: RnnForward): void {
  playSteps(call, 1);
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

  /** da of the step that made the state at offset `here`; a step that is left out hands its gradient on instead. */
  differentiate(here: usize, step: i32): void {
    const B = <usize>this.B;
    const H = <usize>this.H;
    const before = step + <i32>this.reverse;
    // Nothing but the first step reads the initial state.
    const assigned = this.upstream == 0 || before == <i32>this.reverse * <i32>this.T;
    const relu = this.activation == 1;
    for (let b: usize = 0; b < B; b++) {
      const index = <usize>step * B + b;
      const record = <usize>this.record + index * (H * 4);
      const state = <usize>this.h + here + b * (H * 4);
      const delta = <usize>this.dh + here + b * (H * 4);
      const down = <usize>this.dh + (<usize>before * B + b) * (H * 4);
      if (isLeftOut(this.masked == 1, <usize>this.mask, index)) {
        memory.fill(record, 0, H * 4);
        addRow(delta, H, assigned, down);
        continue;
      }
      if (assigned) memory.fill(down, 0, H * 4);
      for (let j: usize = 0; j < H; j += 4) {
        const lanes = H - j;
        const slope = activationSlope(loadLanes(state + j * 4, lanes), relu);
        storeLanes(record + j * 4, f32x4.mul(flushTiny(loadLanes(delta + j * 4, lanes)), slope), lanes);
      }
    }
  }
}

/** BPTT over the rows played. */
export function rnnBackward(call: RnnBackward): void {
  playRows(call, 1);
}

