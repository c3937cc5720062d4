/** The numbers that every recurrent operation takes from its layer's place; a cell adds those of its own form. */
import type { Numbers } from "../../core/operation.ts";
import type { BackwardPlace, LayerPlace } from "./cell.ts";

const shared = ({ T, B, H, reverse, masked }: LayerPlace) => ({ T, B, H, reverse, masked });

/** Extents and constants of a forward call: direction, mask, the steps to play and the bit to raise. */
export function forwardNumbers(place: LayerPlace): Numbers {
  const { steps, flagBit } = place;
  return { ...shared(place), fromStep: steps.from, toStep: steps.to, flagBit };
}

/** Extents and constants of a backward call: direction, mask, the rows of dh to finish and what dh holds before. */
export function backwardNumbers(place: BackwardPlace): Numbers {
  const { rows, upstream } = place;
  return { ...shared(place), fromRow: rows.from, toRow: rows.to, upstream };
}

/** Constants of variational dropout, forward and backward alike. */
export function dropoutNumbers({ dropout: { rate, site } }: LayerPlace): Numbers {
  return { dropped: rate > 0 ? 1 : 0, rate, site };
}
