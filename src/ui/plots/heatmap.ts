/**
 * Draws one gate view, unit × time, as a single ImageData at device pixels: every value goes through a 256-entry table,
 * no smoothing, so a cell's colour is exactly its value's. Rows follow `order`; columns are time. Where there are more
 * units than pixels, each pixel row shows one unit (the one under its middle), never a mean that no unit has.
 */
import { type ColorScale, type ColorTable, colorEntry } from "./color-maps.ts";

/** Values [T, H] with the row order and the colour scale. `complement` draws 1 − v (the other sign of z). */
export interface Heatmap {
  readonly values: Float32Array;
  readonly steps: number;
  readonly order: Uint32Array;
  readonly scale: ColorScale;
  readonly complement: boolean;
}

/** The value shown at (t, unit): the tensor's element, or 1 − it. NaN outside the view. */
export function shownValue(map: Pick<Heatmap, "values" | "order" | "complement">, t: number, unit: number): number {
  const value = map.values[t * map.order.length + unit] ?? Number.NaN;
  return map.complement ? 1 - value : value;
}

/** First device pixel of each of `count` equal parts of `pixels`, and the end: [count + 1]. */
export function partEdges(pixels: number, count: number): Uint32Array {
  return Uint32Array.from({ length: count + 1 }, (_, part) => Math.round((part * pixels) / count));
}

/**
 * Fills `pixels` ([height, width] RGBA as 32-bit words) with the view. A value that is not a number stays transparent.
 * The table is read through the same byte order as the pixels, so the code does not depend on the machine's.
 */
export function paintHeatmap(map: Heatmap, pixels: Uint32Array, width: number): void {
  const height = pixels.length / width;
  const colors = wordsOf(map.scale.table);
  const units = map.order.length;
  const columns = partEdges(width, map.steps);
  let painted = -1;
  for (let y = 0; y < height; y++) {
    const row = Math.min(units - 1, Math.floor(((y + 0.5) * units) / height));
    const start = y * width;
    if (row === painted) {
      pixels.copyWithin(start, start - width, start);
      continue;
    }
    painted = row;
    const unit = map.order[row] ?? 0;
    for (let t = 0; t < map.steps; t++) {
      const entry = colorEntry(map.scale, shownValue(map, t, unit));
      pixels.fill(entry === null ? 0 : (colors[entry] ?? 0), start + (columns[t] ?? 0), start + (columns[t + 1] ?? 0));
    }
  }
}

function wordsOf(table: ColorTable): Uint32Array {
  return new Uint32Array(table.buffer, table.byteOffset, table.length / 4);
}

/** Draws a view over a whole canvas; the canvas' own size is in device pixels. */
export function drawHeatmap(context: CanvasRenderingContext2D, map: Heatmap): void {
  const { width, height } = context.canvas;
  if (width === 0 || height === 0 || map.steps === 0 || map.order.length === 0) return;
  const image = context.createImageData(width, height);
  paintHeatmap(map, new Uint32Array(image.data.buffer), width);
  context.putImageData(image, 0, 0);
}

/** Draws a scale's colours from left (low) to right (high) over a whole canvas. */
export function drawLegend(context: CanvasRenderingContext2D, scale: ColorScale): void {
  const { width, height } = context.canvas;
  if (width === 0 || height === 0) return;
  const image = context.createImageData(width, height);
  const pixels = new Uint32Array(image.data.buffer);
  const colors = wordsOf(scale.table);
  for (let x = 0; x < width; x++) {
    const value = scale.low + ((scale.high - scale.low) * x) / Math.max(1, width - 1);
    pixels[x] = colors[colorEntry(scale, value) ?? 0] ?? 0;
  }
  for (let y = 1; y < height; y++) pixels.copyWithin(y * width, 0, width);
  context.putImageData(image, 0, 0);
}
