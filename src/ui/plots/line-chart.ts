/**
 * The one wrapper around uPlot: lines over one numeric axis with a cursor, drag zoom, marks and either y axis. A chart's
 * look (palette, scale, series) is fixed when it is created; make a new one to change it. The caller decides what a zoom
 * means for the data and gets it back through `onZoom`; double-click asks for all.
 */
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import { formatNumber } from "../i18n/format.ts";
import { linearRange, logarithmicRange, logTicks, rowAfterKey } from "./axes.ts";
import type { Palette } from "./palette.ts";

/** One line. `points` draws a dot at each value and joins them over gaps; `faint` is for the raw curve under its mean. */
export interface ChartLine {
  readonly label: string;
  readonly color: string;
  readonly width: number;
  readonly faint?: boolean;
  readonly dashed?: boolean;
  readonly points?: boolean;
}

/** A vertical line at an x with a word beside it. */
export interface ChartMark {
  readonly x: number;
  readonly label: string;
  readonly color: string;
}

/** Rows: the axis, then one array per line; null is a gap. */
export type ChartRows = readonly [x: readonly number[], ...lines: readonly (readonly (number | null)[])[]];

/** `tickLabel` names an x (steps when absent). `onCursor` gets the row under the pointer, or null. */
export interface LineChartOptions {
  readonly lines: readonly ChartLine[];
  readonly palette: Palette;
  readonly logarithmic: boolean;
  readonly tickLabel?: (x: number) => string;
  readonly onCursor: (row: number | null) => void;
  readonly onZoom: (range: readonly [low: number, high: number] | null) => void;
}

/** A live chart inside an element; sizes in CSS pixels. */
export interface LineChart {
  /** Draws rows; `zoom` is the range of x shown, null for all. */
  setRows(rows: ChartRows, marks: readonly ChartMark[], zoom: readonly [number, number] | null): void;
  setSize(width: number, height: number): void;
  /** Moves the cursor as a key says; false when the key is not the chart's. Escape hides it and shows all of x. */
  pressKey(key: string): boolean;
  dispose(): void;
}

/** Smallest drag, in CSS pixels, that means a zoom and not a click. */
const ZOOM_PIXELS = 6;
const FONT_PIXELS = 11;
/** Opacity of a faint line, in the picture and in its key. */
export const FAINT = 0.5;

/** Creates an empty chart inside `root`. */
export function createLineChart(root: HTMLElement, options: LineChartOptions): LineChart {
  let marks: readonly ChartMark[] = [];
  const empty: uPlot.AlignedData = [[], ...options.lines.map(() => [])];
  const chart = new uPlot(
    plotOptions(root, options, () => marks),
    empty,
    root,
  );
  return {
    setRows(rows, newMarks, zoom) {
      marks = newMarks;
      const [x, ...lines] = rows;
      chart.batch(() => {
        chart.setData([[...x], ...lines.map((line) => [...line])], false);
        const low = zoom?.[0] ?? x[0] ?? 0;
        const high = zoom?.[1] ?? x.at(-1) ?? 1;
        chart.setScale("x", { min: low, max: high > low ? high : low + 1 });
      });
    },
    setSize: (width, height) => chart.setSize({ width, height }),
    pressKey(key) {
      const row = rowAfterKey(chart.cursor.idx ?? null, chart.data[0].length, key);
      if (row === undefined) return false;
      const x = row === null ? undefined : chart.data[0][row];
      if (x === undefined) {
        chart.setCursor({ left: -10, top: -10 });
        options.onZoom(null);
      } else {
        chart.setCursor({ left: chart.valToPos(x, "x"), top: chart.bbox.height / 2 / devicePixelRatio });
      }
      return true;
    },
    dispose: () => chart.destroy(),
  };
}

function plotOptions(root: HTMLElement, options: LineChartOptions, marks: () => readonly ChartMark[]): uPlot.Options {
  const { palette, lines, logarithmic, onCursor, onZoom } = options;
  return {
    width: Math.max(1, root.clientWidth),
    height: Math.max(1, root.clientHeight),
    legend: { show: false },
    padding: [14, 18, 0, 0],
    scales: {
      x: { time: false },
      y: logarithmic
        ? { distr: 3, range: (_, low, high) => logarithmicRange(low, high) }
        : { range: (_, low, high) => linearRange(low, high) },
    },
    axes: [xAxis(options), yAxis(options)],
    series: [{}, ...lines.map((line) => lineOptions(line, palette))],
    cursor: {
      y: false,
      points: { size: 7 },
      drag: { x: true, y: false, setScale: false, dist: ZOOM_PIXELS },
      bind: {
        dblclick: () => () => {
          onZoom(null);
          return null;
        },
      },
    },
    hooks: {
      setCursor: [(chart) => onCursor(chart.cursor.idx ?? null)],
      setSelect: [
        (chart) => {
          if (chart.select.width < ZOOM_PIXELS) return;
          const low = chart.posToVal(chart.select.left, "x");
          const high = chart.posToVal(chart.select.left + chart.select.width, "x");
          chart.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
          onZoom([low, high]);
        },
      ],
      draw: [(chart) => drawMarks(chart, marks(), palette)],
    },
  };
}

function lineOptions(line: ChartLine, palette: Palette): uPlot.Series {
  return {
    label: line.label,
    stroke: line.color,
    width: line.width,
    alpha: line.faint ? FAINT : 1,
    spanGaps: line.points ?? false,
    points: line.points ? { show: true, size: 5, fill: palette.surface, stroke: line.color } : { show: false },
    ...(line.dashed ? { dash: [5, 4] } : {}),
  };
}

/** The frame of an axis; ticks are the grid's own lines. */
function axisLook(palette: Palette): uPlot.Axis {
  return {
    stroke: palette.inkSoft,
    font: `${FONT_PIXELS}px ${palette.font}`,
    grid: { stroke: palette.hairline, width: 1 },
    ticks: { show: false },
    gap: 6,
  };
}

function xAxis({ palette, tickLabel = formatNumber }: LineChartOptions): uPlot.Axis {
  return {
    ...axisLook(palette),
    size: 26,
    space: 70,
    incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1e3, 2e3, 5e3, 1e4, 2e4, 5e4, 1e5, 2e5, 5e5, 1e6, 1e7],
    values: (_, ticks) => ticks.map(tickLabel),
  };
}

function yAxis({ palette, logarithmic }: LineChartOptions): uPlot.Axis {
  const look: uPlot.Axis = { ...axisLook(palette), size: 52, values: (_, ticks) => ticks.map(formatNumber) };
  if (!logarithmic) return look;
  return { ...look, splits: (_chart, _axis, low, high) => [...logTicks(low, high)], filter: (_, ticks) => ticks };
}

function drawMarks(chart: uPlot, marks: readonly ChartMark[], palette: Palette): void {
  const { ctx, bbox } = chart;
  const ratio = devicePixelRatio;
  ctx.save();
  ctx.font = `${FONT_PIXELS * ratio}px ${palette.font}`;
  ctx.textAlign = "left"; // the axes drawn before leave theirs
  ctx.textBaseline = "bottom";
  ctx.setLineDash([3 * ratio, 3 * ratio]);
  ctx.lineWidth = ratio;
  for (const mark of marks) {
    const x = Math.round(chart.valToPos(mark.x, "x", true));
    if (x < bbox.left || x > bbox.left + bbox.width) continue;
    ctx.strokeStyle = mark.color;
    ctx.fillStyle = mark.color;
    ctx.beginPath();
    ctx.moveTo(x, bbox.top);
    ctx.lineTo(x, bbox.top + bbox.height);
    ctx.stroke();
    const extent = ctx.measureText(mark.label).width;
    const start = Math.min(Math.max(bbox.left, x - extent / 2), bbox.left + bbox.width - extent);
    ctx.fillText(mark.label, start, bbox.top - ratio);
  }
  ctx.restore();
}
