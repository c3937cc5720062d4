/**
 * Twin of `lstm-backward`. Everything happens in place: the gates of a row turn into pre-activation gradients, dh[t]
 * collects the product with U and dc[t] what the forget gate let through.
 */
import type { lstmBackward } from "../../operations/lstm-backward.ts";
import type { Twin, TwinTensors } from "./twin.ts";

/** BPTT over the whole sequence. */
export const lstmBackwardTwin: Twin<typeof lstmBackward> = (tensors, { T, B, H, upstream, cellUpstream }) => {
  const { record, U, dh, dc } = tensors;
  if (cellUpstream === 0) dc.fill(0, T * B * H, (T + 1) * B * H);
  for (let t = T - 1; t >= 0; t--) {
    // dh[0] has no upstream: nothing reads the initial state but the first step.
    if (t === 0 || upstream === 0) dh.fill(0, t * B * H, (t + 1) * B * H);
    for (let b = 0; b < B; b++) {
      const old = (t * B + b) * H; // c' = c[t], dh[t] and dc[t]
      const i = (t * B + b) * 4 * H; // slot 0; f, g and o follow at H each
      differentiateRow(tensors, { H, old, next: old + B * H, i });
      for (let j = 0; j < H; j++) {
        let carry = 0; // [da_i, da_f, da_g, da_o] Uᵀ
        for (let column = 0; column < 4 * H; column++) carry += record[i + column]! * U[j * 4 * H + column]!;
        dh[old + j]! += carry;
      }
    }
  }
};

/** First elements of one row in states before and after the step, and in the record. */
interface Row {
  readonly H: number;
  readonly old: number;
  readonly next: number;
  readonly i: number;
}

/** i | f | g | o of one row become da_i | da_f | da_g | da_o. */
function differentiateRow({ c, record, dh, dc }: TwinTensors<typeof lstmBackward>, { H, old, next, i }: Row): void {
  const f = i + H;
  const g = i + 2 * H;
  const o = i + 3 * H;
  for (let j = 0; j < H; j++) {
    const delta = dh[next + j]!;
    const bounded = Math.tanh(c[next + j]!);
    const ij = record[i + j]!;
    const fj = record[f + j]!;
    const gj = record[g + j]!;
    const oj = record[o + j]!;
    dc[next + j]! += delta * oj * (1 - bounded * bounded);
    const cell = dc[next + j]!; // ε
    record[i + j] = cell * gj * ij * (1 - ij);
    record[f + j] = cell * c[old + j]! * fj * (1 - fj);
    record[g + j] = cell * ij * (1 - gj * gj);
    record[o + j] = delta * bounded * oj * (1 - oj);
    dc[old + j] = cell * fj;
  }
}
