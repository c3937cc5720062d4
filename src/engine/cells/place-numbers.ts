/** The numbers that every recurrent operation takes from its layer's place; a cell adds those of its own form. */
import type { Numbers } from "../../core/operation.ts";
import type { BackwardPlace, LayerPlace } from "./cell.ts";

function shared({ T, B, H, reverse, masked, dropout: { rate, site } }: LayerPlace): Numbers {
  return { T, B, H, reverse, masked, dropped: rate > 0 ? 1 : 0, rate, site };
}

/** Extents and constants of a forward call: direction, mask, dropout, the steps to play and the bit to raise. */
export function forwardNumbers(place: LayerPlace): Numbers {
  const { steps, flagBit } = place;
  return { ...shared(place), fromStep: steps.from, toStep: steps.to, flagBit };
}

/** Extents and constants of a backward call: direction, mask, dropout, the rows of dh to finish and what dh holds before. */
export function backwardNumbers(place: BackwardPlace): Numbers {
  const { rows, upstream } = place;
  return { ...shared(place), fromRow: rows.from, toRow: rows.to, upstream };
}
