/** Draws many input columns over time as one map, in the colours of states: blue positive, orange negative, grey zero. */
import { type ColorScale, scaleOf } from "./color-maps.ts";
import { drawHeatmap } from "./heatmap.ts";

/** Values [steps, columns] around 0, as the network reads them. */
export interface ColumnMap {
  readonly values: Float32Array;
  readonly steps: number;
}

/** The colours of a map and the values at their ends. */
export function columnScale({ values }: ColumnMap, scheme: "light" | "dark"): ColorScale {
  return scaleOf("state", values, scheme);
}

/** Draws over a whole canvas: a row per column of the data, first on top; a column per step. */
export function drawColumns(context: CanvasRenderingContext2D, map: ColumnMap, scheme: "light" | "dark"): void {
  const { values, steps } = map;
  const order = Uint32Array.from({ length: values.length / steps }, (_, column) => column);
  drawHeatmap(context, { values, steps, order, scale: columnScale(map, scheme), complement: false });
}
