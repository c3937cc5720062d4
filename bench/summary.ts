/**
 * The few ratios that a reader looks for first: Gatescope's first contestant of a kind of device against each peer of that
 * kind, in the peer's form. Above 1, Gatescope is the faster one.
 */
import { isOwn, usesGpu } from "./contestants.ts";
import type { Row, ShapeResult } from "./results.ts";
import { medianOf } from "./statistics.ts";
import { countedRows, formatNumber, type Line, ratioOf } from "./table.ts";

/** One line of the summary: which peers it is about; of several the fastest one is taken. */
interface Comparison {
  readonly title: string;
  readonly includes: (row: Row) => boolean;
}

const COMPARISONS: readonly Comparison[] = [
  {
    title: "WebGPU, against TensorFlow.js webgpu",
    includes: ({ contestant }) => contestant === "TensorFlow.js webgpu",
  },
  { title: "WebGPU, against jax-js webgpu", includes: ({ contestant }) => contestant === "jax-js webgpu" },
  { title: "WebGPU, against PyTorch on CUDA", includes: ({ contestant }) => contestant === "PyTorch cuda" },
  {
    title: "without GPU, against the fastest peer in a browser",
    includes: (row) => !isOwn(row) && !usesGpu(row) && row.library !== "PyTorch",
  },
  {
    title: "without GPU, against PyTorch, one thread",
    includes: ({ contestant }) => contestant === "PyTorch one thread",
  },
];

/** How many times as fast Gatescope is; null where either was not measured. */
function compare(result: ShapeResult, { includes }: Comparison): number | null {
  const rows = countedRows(result);
  const [fastest] = rows.filter(includes).toSorted((a, b) => medianOf(a.stepMs) - medianOf(b.stepMs));
  if (!fastest) return null;
  const own = rows.find((row) => isOwn(row) && row.form === fastest.form && usesGpu(row) === usesGpu(fastest));
  return own ? ratioOf(fastest, own) : null;
}

/** A line for each comparison that some shape allows, and above them the shapes; no line where there is none. */
export function summaryLines(shapes: readonly ShapeResult[]): readonly Line[] {
  const lines = COMPARISONS.map((comparison): Line => {
    const ratios = shapes.map((result) => compare(result, comparison));
    return [comparison.title, ...ratios.map((ratio) => (ratio === null ? "" : formatNumber(ratio)))];
  }).filter(([, ...cells]) => cells.some((cell) => cell !== ""));
  return lines.length > 0 ? [["Gatescope", ...shapes.map(({ name }) => name)], ...lines] : [];
}
