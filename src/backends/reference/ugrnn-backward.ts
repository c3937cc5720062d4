/**
 * Twin of `ugrnn-backward`. Everything happens in place: the gates of a row turn into pre-activation gradients and dh[t]
 * collects the carry. Hence the order: elementwise gradients of all units first, then the product that hands them down.
 */
import type { ugrnnBackward } from "../../operations/ugrnn-backward.ts";
import type { Twin } from "./twin.ts";

/** BPTT over the whole sequence. */
export const ugrnnBackwardTwin: Twin<typeof ugrnnBackward> = ({ h, record, U, dh }, { T, B, H, upstream }) => {
  for (let t = T - 1; t >= 0; t--) {
    // dh[0] has no upstream: nothing reads the initial state but the first step.
    if (t === 0 || upstream === 0) dh.fill(0, t * B * H, (t + 1) * B * H);
    for (let b = 0; b < B; b++) {
      const old = (t * B + b) * H; // h[t] and dh[t]
      const z = (t * B + b) * 2 * H; // slot 0; n follows at H
      for (let j = 0; j < H; j++) {
        const delta = dh[old + B * H + j]!;
        const zj = record[z + j]!;
        const nj = record[z + H + j]!;
        record[z + H + j] = delta * zj * (1 - nj * nj);
        record[z + j] = delta * (nj - h[old + j]!) * zj * (1 - zj);
        dh[old + j]! += delta * (1 - zj);
      }
      for (let j = 0; j < H; j++) {
        let carry = 0; // [da_z, da_n] Uᵀ
        for (let c = 0; c < 2 * H; c++) carry += record[z + c]! * U[j * 2 * H + c]!;
        dh[old + j]! += carry;
      }
    }
  }
};
