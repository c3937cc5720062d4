/**
 * Gives a line chart its place on the page: size, keyboard cursor and a key of its lines. Rows are pulled by the parent
 * through the chart it is handed, in an animation frame, so that no number of a running curve passes through React.
 */
import { type KeyboardEvent, useEffect, useId, useRef } from "react";
import { type ChartLine, createLineChart, FAINT, type LineChart, type LineChartOptions } from "../plots/line-chart.ts";
import controls from "../styles/controls.module.css";
import styles from "./results.module.css";

/**
 * `options` fixes the look: a new object makes a new chart, so keep it stable. `onChart` gets the chart once it stands,
 * and null when it goes; it must be stable too.
 */
export interface ChartFrameProps {
  readonly label: string;
  readonly keys: string;
  readonly options: LineChartOptions;
  readonly onChart: (chart: LineChart | null) => void;
}

/** A chart with its legend above it. */
export function ChartFrame({ label, keys, options, onChart }: ChartFrameProps) {
  const keysId = useId();
  const element = useRef<HTMLDivElement>(null);
  const live = useRef<LineChart | null>(null);
  useEffect(() => {
    const root = element.current;
    if (!root) return undefined;
    const chart = createLineChart(root, options);
    live.current = chart;
    onChart(chart);
    const observer = new ResizeObserver(() => chart.setSize(root.clientWidth, root.clientHeight));
    observer.observe(root);
    return () => {
      observer.disconnect();
      live.current = null;
      onChart(null);
      chart.dispose();
    };
  }, [options, onChart]);
  const press = (event: KeyboardEvent) => {
    if (!live.current?.pressKey(event.key)) return;
    event.preventDefault();
    event.stopPropagation(); // the page's own shortcuts use the same arrow keys
  };
  return (
    <figure className={styles.figure}>
      <Key lines={options.lines} />
      <div
        ref={element}
        className={styles.chart}
        role="application"
        aria-label={label}
        aria-describedby={keysId}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: the chart's cursor is moved by keys.
        tabIndex={0}
        onKeyDown={press}
      />
      <span id={keysId} className={controls.hidden}>
        {keys}
      </span>
    </figure>
  );
}

function Key({ lines }: { readonly lines: readonly ChartLine[] }) {
  return (
    <ul className={styles.key}>
      {lines.map((line) => (
        <li key={line.label}>
          <svg width="22" height="10" aria-hidden="true">
            <line
              x1="0"
              y1="5"
              x2="22"
              y2="5"
              stroke={line.color}
              strokeWidth={line.width}
              strokeOpacity={line.faint ? FAINT : 1}
              strokeDasharray={line.dashed ? "5 4" : undefined}
            />
            {line.points ? <circle cx="11" cy="5" r="2.5" fill="var(--surface)" stroke={line.color} /> : null}
          </svg>
          {line.label}
        </li>
      ))}
    </ul>
  );
}
