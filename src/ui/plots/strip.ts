/**
 * Draws the rows of the probe strip: symbols, a course of numbers, labels of time. Each row divides its width into the
 * same T columns as the heatmaps below it, so that a step stands over its own column.
 */
import type { Palette } from "./palette.ts";

/** Smallest column, in CSS pixels, that still holds a legible symbol. */
const SYMBOL_WIDTH = 8;

/** Symbol as drawn: blanks and line ends have a visible stand-in. */
export function visibleSymbol(symbol: string): string {
  if (symbol === " ") return "␣";
  if (symbol === "\n") return "↵";
  if (symbol === "\t") return "⇥";
  return symbol;
}

/** Draws one symbol per column, as many as are legible; `faint` marks columns in the softer ink. */
export function drawSymbols(
  context: CanvasRenderingContext2D,
  symbols: readonly string[],
  faint: readonly boolean[] | null,
  style: { readonly palette: Palette; readonly ratio: number },
): void {
  const { width, height } = context.canvas;
  const column = width / symbols.length;
  const stride = Math.max(1, Math.ceil((SYMBOL_WIDTH * style.ratio) / column));
  const size = Math.min(height * 0.72, Math.max(SYMBOL_WIDTH * style.ratio, column * stride * 0.9), 17 * style.ratio);
  context.font = `${size}px ${style.palette.font}`;
  context.textAlign = "center";
  context.textBaseline = "middle";
  for (let t = 0; t < symbols.length; t += stride) {
    const symbol = symbols[t] ?? "";
    context.fillStyle = faint?.[t] ? style.palette.inkSoft : style.palette.ink;
    context.fillText(visibleSymbol(symbol), (t + 0.5) * column, height / 2, column * stride);
  }
}

/** One course over T steps; NaN is a gap. */
export interface Course {
  readonly values: readonly number[];
  readonly color: string;
  readonly dashed?: boolean;
}

/** Smallest and largest finite value of some courses; [0, 1] when there is none, and never an empty range. */
export function courseRange(courses: readonly Pick<Course, "values">[]): readonly [low: number, high: number] {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (const course of courses) {
    for (const value of course.values) {
      if (!Number.isFinite(value)) continue;
      low = Math.min(low, value);
      high = Math.max(high, value);
    }
  }
  if (low > high) return [0, 1];
  return low === high ? [low - 0.5, high + 0.5] : [low, high];
}

/**
 * The ends of a range as they are written beside a row: rounded to a thousandth of the range, so that a zero that came
 * back from the network's scaling as 5e-8 reads 0.
 */
export function writtenRange([low, high]: readonly [number, number]): readonly [low: number, high: number] {
  const decimals = Math.min(100, Math.max(0, 3 - Math.floor(Math.log10(high - low))));
  return [Number(low.toFixed(decimals)) + 0, Number(high.toFixed(decimals)) + 0]; // + 0 turns −0 into 0
}

/** Height of a value in a row of `height` pixels with a margin of `inset` above and below. */
export function courseY(value: number, range: readonly [number, number], height: number, inset: number): number {
  return height - inset - ((value - range[0]) / (range[1] - range[0])) * (height - 2 * inset);
}

/** Draws courses in one common range, a point per column's middle. A single point between gaps is drawn as a dot. */
export function drawCourses(context: CanvasRenderingContext2D, courses: readonly Course[], ratio: number): void {
  const { width, height } = context.canvas;
  const range = courseRange(courses);
  const inset = 3 * ratio;
  context.lineWidth = 1.5 * ratio;
  context.lineJoin = "round";
  for (const course of courses) {
    const column = width / course.values.length;
    context.strokeStyle = course.color;
    context.fillStyle = course.color;
    context.setLineDash(course.dashed ? [4 * ratio, 3 * ratio] : []);
    context.beginPath();
    let open = false;
    course.values.forEach((value, t) => {
      if (!Number.isFinite(value)) {
        open = false;
        return;
      }
      const x = (t + 0.5) * column;
      const y = courseY(value, range, height, inset);
      if (open) context.lineTo(x, y);
      else context.moveTo(x, y);
      const alone = !open && !Number.isFinite(course.values[t + 1] ?? Number.NaN);
      if (alone) context.fillRect(x - ratio, y - ratio, 2 * ratio, 2 * ratio);
      open = true;
    });
    context.stroke();
  }
  context.setLineDash([]);
}

/** Draws labels of time without overlap: as many as fit, the first always. */
export function drawTimeLabels(
  context: CanvasRenderingContext2D,
  labels: readonly string[],
  palette: Palette,
  ratio: number,
): void {
  const { width, height } = context.canvas;
  context.font = `${11 * ratio}px ${palette.font}`;
  context.fillStyle = palette.inkSoft;
  context.textBaseline = "middle";
  const column = width / labels.length;
  let free = 0;
  labels.forEach((label, t) => {
    const extent = context.measureText(label).width;
    const start = Math.min(width - extent, Math.max(0, (t + 0.5) * column - extent / 2));
    if (start < free || start + extent > width + 1) return;
    context.fillText(label, start, height / 2);
    free = start + extent + 12 * ratio;
  });
}

/** Index of the largest of V values at step t of [T, V], the first of equals; −1 where there is no output, which is not a number. */
export function largestAt(values: Float32Array, t: number, classes: number): number {
  if (Number.isNaN(values[t * classes])) return -1;
  let best = 0;
  for (let index = 1; index < classes; index++) {
    if ((values[t * classes + index] ?? 0) > (values[t * classes + best] ?? 0)) best = index;
  }
  return best;
}

/** Column `index` of [T, D] as an array of T numbers. */
export function columnOf(values: Float32Array, index: number, columns: number): readonly number[] {
  return Array.from({ length: values.length / columns }, (_, t) => values[t * columns + index] ?? Number.NaN);
}
