/** Variational dropout of h' inside the twins of the cells: one mask [B, H] for all steps of a sequence. */
import type { FloatArray } from "../../core/dims.ts";
import { dropoutFactor, STREAM } from "../../core/rng.ts";

/** Where the mask of a call comes from. */
interface Drawn {
  readonly key: Uint32Array; // seed, training step
}

interface Rate {
  readonly dropped: number;
  readonly rate: number;
  readonly site: number;
}

/** keep / (1 − rate) of element `unit` = b·H + j: of h' where it enters a product, and of the gradient that comes back. 1 while dropped = 0. */
export function stateFactor({ key }: Drawn, { dropped, rate, site }: Rate, unit: number): number {
  if (dropped === 0) return 1;
  return dropoutFactor({ seed: key[0]!, stream: STREAM.recurrentDropout, step: key[1]!, site }, unit, rate);
}

/** Writes h̃' = h' ⊙ keep / (1 − rate) of one row of H from element `to` of h on; h' stands from `from` on, `unit` is b·H. */
export function dropStates(
  tensors: Drawn & { readonly h: FloatArray },
  numbers: Rate & { readonly H: number },
  row: { readonly from: number; readonly to: number; readonly unit: number },
): void {
  const { h } = tensors;
  for (let j = 0; j < numbers.H; j++) {
    h[row.to + j] = h[row.from + j]! * stateFactor(tensors, numbers, row.unit + j);
  }
}
