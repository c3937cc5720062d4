/** Draws the small picture of a task's card from a real sample of its data. */
import type { Thumbnail } from "../../core/task.ts";
import { drawColumns } from "./column-map.ts";
import type { Palette } from "./palette.ts";
import { drawCourses } from "./strip.ts";

/** Okabe and Ito's eight colours (2008) but black and yellow, which vanish on one of the papers. */
const SYMBOL_COLORS = ["#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00"];

/** Draws over a whole canvas; `ratio` is device pixels per CSS pixel. */
export function drawThumbnail(
  context: CanvasRenderingContext2D,
  thumbnail: Thumbnail,
  palette: Palette,
  ratio: number,
): void {
  switch (thumbnail.kind) {
    case "line":
      drawCourses(context, [{ values: [...thumbnail.values], color: palette.train }], ratio);
      return;
    case "words":
      drawWords(context, thumbnail.words, palette, ratio);
      return;
    case "map":
      drawColumns(context, thumbnail, palette.scheme);
      return;
    case "symbols":
      drawBlocks(context, thumbnail.ids, ratio);
      return;
    default:
      thumbnail satisfies never;
  }
}

function drawWords(context: CanvasRenderingContext2D, words: readonly string[], palette: Palette, ratio: number): void {
  const { width, height } = context.canvas;
  const line = 16 * ratio;
  const rows = Math.max(1, Math.floor(height / line));
  const perRow = Math.ceil(words.length / rows);
  context.font = `${12 * ratio}px ${palette.font}`;
  context.textBaseline = "middle";
  context.fillStyle = palette.ink;
  for (let row = 0; row < rows; row++) {
    const text = words.slice(row * perRow, (row + 1) * perRow).join("  ");
    context.globalAlpha = 1 - (0.5 * row) / rows;
    context.fillText(text, 0, (row + 0.5) * (height / rows), width);
  }
  context.globalAlpha = 1;
}

/** One block per step; blocks of one symbol share colour and height, so that colour is not the only sign. */
function drawBlocks(context: CanvasRenderingContext2D, ids: Uint32Array, ratio: number): void {
  const { width, height } = context.canvas;
  const column = width / ids.length;
  const kinds = Math.max(...ids) + 1;
  ids.forEach((id, t) => {
    const size = height * (0.3 + (0.6 * (id + 1)) / kinds);
    context.fillStyle = SYMBOL_COLORS[id % SYMBOL_COLORS.length] ?? "";
    context.fillRect(t * column + ratio / 2, height - size, Math.max(1, column - ratio), size);
  });
}
