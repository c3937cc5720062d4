/**
 * The parts of a model that have pictures of their own: every layer, and of a layer that runs in both directions each of
 * them. Probe and page count the same parts in the same order.
 */
import { type Direction, directionsOf, isRecurrent, type LayerChoice, type LayerOf } from "../core/layer-choice.ts";
import type { CellView } from "./cells/cell.ts";
import { findCell } from "./cells/find-cell.ts";

/** A picture of a recurrent part, or the output of a dense layer. */
export type PartView = CellView | { readonly name: "y"; readonly range: "gate" | "state"; readonly from: "output" };

/** One part. */
export interface LayerPart {
  /** Index of the layer. */
  readonly layer: number;
  /** Null where the layer is one part. */
  readonly direction: Direction | null;
  readonly units: number;
  /** Slots of H values per step in its record; 0 without one. */
  readonly recordSlots: number;
  readonly views: readonly PartView[];
}

/** Outputs of σ and softmax are shares, as gates are. */
function denseView({ activation }: LayerOf<"dense">): PartView {
  const range = activation === "sigmoid" || activation === "softmax" ? "gate" : "state";
  return { name: "y", range, from: "output" };
}

/** Every part, lowest layer first, forward before backward. */
export function layerParts(layers: readonly LayerChoice[]): readonly LayerPart[] {
  return layers.flatMap((choice, layer): readonly LayerPart[] => {
    const { units } = choice;
    if (!isRecurrent(choice)) return [{ layer, direction: null, units, recordSlots: 0, views: [denseView(choice)] }];
    const { views, recordSlots } = findCell(choice);
    const directions = directionsOf(choice);
    const one = directions.length === 1;
    return directions.map((direction) => ({ layer, direction: one ? null : direction, units, recordSlots, views }));
  });
}
