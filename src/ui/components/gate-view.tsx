/**
 * One gate or state of a layer as a heatmap with its legend: hover moves the shared cursor, a click pins it, and with
 * the focus on it the arrow keys move it. The picture itself is repainted only when its values, order or scale change;
 * the cursor is an overlay.
 */
import { type CSSProperties, type KeyboardEvent, memo, type PointerEvent, type ReactNode, useMemo } from "react";
import type { GateView as GateValues } from "../../worker/summaries.ts";
import { formatNumber } from "../i18n/format.ts";
import { isMessageKey, t, translate } from "../i18n/translate.ts";
import { type ColorScale, scaleOf } from "../plots/color-maps.ts";
import { type Cursor, cellAt, moveCursor } from "../plots/cursor.ts";
import { drawHeatmap, drawLegend } from "../plots/heatmap.ts";
import { visibleSymbol } from "../plots/strip.ts";
import { Canvas } from "./canvas.tsx";
import styles from "./gates.module.css";

/** A view as the page names it: z, or 1 − z when the complement is shown. */
export function shownName(name: string, complement: boolean): string {
  return complement ? `1 − ${name}` : name;
}

/** `order` [H] is the units from top to bottom; `complement` draws 1 − v; `keysId` names the element that tells the keys. */
export interface GateViewProps {
  /** Index of the part, as the cursor counts. */
  readonly layer: number;
  /** What the part is called. */
  readonly place: string;
  readonly view: GateValues;
  readonly steps: number;
  readonly order: Uint32Array;
  /** Names of the units; empty where a number is all they have. */
  readonly unitLabels: readonly string[];
  readonly complement: boolean;
  readonly scheme: "light" | "dark";
  readonly cursor: Cursor | null;
  readonly keysId: string;
  /** What stands under the heading: the convention of z with its toggle. */
  readonly remark: ReactNode;
  readonly onCursor: (cursor: Cursor | null) => void;
}

/** Heading, legend and heatmap of one view. */
export function GateView(props: GateViewProps) {
  const { layer, view, order, complement, scheme, remark } = props;
  const scale = useMemo(() => scaleOf(view.range, view.values, scheme), [view, scheme]);
  const nameKey = `gates.name.${view.name}`;
  const name = shownName(view.name, complement);
  return (
    <div className={styles.view}>
      <div className={styles.viewHead}>
        <span className={styles.symbol}>{name}</span>
        <span>{isMessageKey(nameKey) ? translate(nameKey, {}) : null}</span>
        <Legend name={name} scale={scale} />
      </div>
      {remark}
      <div className={styles.row}>
        <UnitRows order={order} labels={props.unitLabels} />
        <HeatmapField {...props} layer={layer} scale={scale} name={name} />
      </div>
    </div>
  );
}

/** Height of a row with a name, in rows without one. */
const NAMED_ROW = 2.5;

/** Beside the rows: the name of each, or the numbers of the first and the last. */
function UnitRows({ order, labels }: { readonly order: Uint32Array; readonly labels: readonly string[] }) {
  if (labels.length > 0) {
    return (
      <div className={`${styles.units} ${styles.unitNames}`} aria-hidden="true">
        {Array.from(order, (unit) => (
          <span key={unit}>{visibleSymbol(labels[unit] ?? "")}</span>
        ))}
      </div>
    );
  }
  return (
    <div className={styles.units} aria-hidden="true">
      <span>{t("gates.unitRow", { unit: (order[0] ?? 0) + 1 })}</span>
      {order.length > 1 ? <span>{t("gates.unitRow", { unit: (order.at(-1) ?? 0) + 1 })}</span> : null}
    </div>
  );
}

const Legend = memo(function Legend({ name, scale }: { readonly name: string; readonly scale: ColorScale }) {
  const low = formatNumber(scale.low);
  const high = formatNumber(scale.high);
  const draw = useMemo(() => (context: CanvasRenderingContext2D) => drawLegend(context, scale), [scale]);
  return (
    <span className={styles.legend}>
      <span>{low}</span>
      <Canvas draw={draw} label={t("gates.legend", { gate: name, low, high })} className={styles.legendRamp} />
      <span>{high}</span>
    </span>
  );
});

interface HeatmapFieldProps extends GateViewProps {
  readonly scale: ColorScale;
  readonly name: string;
}

/** The focusable picture with its overlay. */
function HeatmapField(props: HeatmapFieldProps) {
  const { layer, place: part, view, steps, order, complement, scale, name, cursor, keysId, onCursor } = props;
  const ground = { steps, order };
  const place = (at: Pick<Cursor, "t" | "unit">, pinned: boolean): Cursor => ({
    layer,
    view: view.name,
    ...at,
    pinned,
  });
  const under = (event: PointerEvent<HTMLElement> | React.MouseEvent<HTMLElement>) => {
    const box = event.currentTarget.getBoundingClientRect();
    return cellAt({ x: event.clientX - box.left, y: event.clientY - box.top }, box, ground);
  };
  const press = (event: KeyboardEvent) => {
    const from = cursor ?? place({ t: 0, unit: order[0] ?? 0 }, false);
    const next = event.key === "Escape" ? null : moveCursor({ ...from, layer, view: view.name }, event.key, ground);
    if (next === null && event.key !== "Escape") return;
    event.preventDefault();
    event.stopPropagation(); // the page's own shortcuts use the same arrow keys
    onCursor(next);
  };
  const enter = () => {
    const unit = cursor && cursor.unit < order.length ? cursor.unit : (order[0] ?? 0);
    onCursor(place({ t: cursor?.t ?? 0, unit }, cursor?.pinned ?? false));
  };
  const pin = (event: React.MouseEvent<HTMLElement>) => {
    const at = under(event);
    const again =
      cursor?.pinned === true && isHere(cursor, layer, view.name) && cursor.t === at.t && cursor.unit === at.unit;
    onCursor(place(at, !again));
  };
  // Named rows are as high as their names.
  const rows = props.unitLabels.length > 0 ? NAMED_ROW * order.length : order.length;
  const size: CSSProperties & Record<"--units", number> = { "--units": rows };
  return (
    <div
      className={`${styles.plot} ${styles.heatmap} ${styles.tall}`}
      style={size}
      role="application"
      aria-roledescription={t("gates.widget")}
      aria-label={t("gates.view", { layer: part, gate: name, units: order.length, steps })}
      aria-describedby={keysId}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: the heatmap is operated by keys.
      tabIndex={0}
      onKeyDown={press}
      onFocus={enter}
      onPointerMove={(event) => {
        if (event.pointerType === "mouse" && !cursor?.pinned) onCursor(place(under(event), false));
      }}
      onPointerLeave={() => {
        if (cursor && !cursor.pinned) onCursor(null);
      }}
      onClick={pin}
    >
      <Picture values={view.values} steps={steps} order={order} scale={scale} complement={complement} />
      {cursor ? <CursorMarks cursor={cursor} layer={layer} view={view.name} steps={steps} order={order} /> : null}
    </div>
  );
}

const isHere = (cursor: Cursor, layer: number, view: string) => cursor.layer === layer && cursor.view === view;

interface PictureProps {
  readonly values: Float32Array;
  readonly steps: number;
  readonly order: Uint32Array;
  readonly scale: ColorScale;
  readonly complement: boolean;
}

const Picture = memo(function Picture({ values, steps, order, scale, complement }: PictureProps) {
  const draw = useMemo(
    () => (context: CanvasRenderingContext2D) => drawHeatmap(context, { values, steps, order, scale, complement }),
    [values, steps, order, scale, complement],
  );
  return <Canvas draw={draw} label={null} />;
});

interface CursorMarksProps {
  readonly cursor: Cursor;
  readonly layer: number;
  readonly view: string;
  readonly steps: number;
  readonly order: Uint32Array;
}

/** The step in every view, the unit in its own layer, the cell in its own view. */
function CursorMarks({ cursor, layer, view, steps, order }: CursorMarksProps) {
  const column = { left: `${(cursor.t / steps) * 100}%`, width: `${100 / steps}%` };
  const row = order.indexOf(cursor.unit);
  const band = { top: `${(row / order.length) * 100}%`, height: `${100 / order.length}%` };
  if (cursor.layer !== layer || row < 0) return <span className={styles.columnMark} style={column} />;
  if (isHere(cursor, layer, view)) return <span className={styles.cellMark} style={{ ...column, ...band }} />;
  return (
    <>
      <span className={styles.columnMark} style={column} />
      <span className={styles.rowMark} style={band} />
    </>
  );
}
