/**
 * The parts of a model that have pictures of their own: every layer, and of a layer that runs in both directions each of
 * them. Probe and page count the same parts in the same order.
 */
import { type Direction, directionsOf, type LayerChoice } from "../core/layer-choice.ts";
import type { CellView } from "./cells/cell.ts";
import { findCell } from "./cells/find-cell.ts";

/** One part. */
export interface LayerPart {
  /** Index of the layer. */
  readonly layer: number;
  /** Null where the layer is one part. */
  readonly direction: Direction | null;
  readonly units: number;
  /** Slots of H values per step in its record. */
  readonly recordSlots: number;
  readonly views: readonly CellView[];
}

/** Every part, lowest layer first, forward before backward. */
export function layerParts(layers: readonly LayerChoice[]): readonly LayerPart[] {
  return layers.flatMap((choice, layer) => {
    const { views, recordSlots } = findCell(choice);
    const directions = directionsOf(choice);
    return directions.map((direction) => {
      const one = directions.length === 1;
      return { layer, direction: one ? null : direction, units: choice.units, recordSlots, views };
    });
  });
}
