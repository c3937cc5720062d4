/**
 * The panel in the middle of the page: the probe strip, and under it unit × time heatmaps of every layer, all sharing
 * one time axis and one cursor. An order of units is computed when it is chosen and then kept, so that rows do not jump
 * while the network learns; "Sort again" takes the newest values.
 */
import { type CSSProperties, type ReactNode, useId, useState } from "react";
import type { Event } from "../../worker/protocol.ts";
import type { LayerSummary } from "../../worker/summaries.ts";
import { t } from "../i18n/translate.ts";
import { partTitle } from "../part-name.ts";
import type { Cursor } from "../plots/cursor.ts";
import { summarizeView, type UnitSort, unitOrder } from "../plots/unit-order.ts";
import controls from "../styles/controls.module.css";
import layout from "../styles/layout.module.css";
import { BeamAnswers } from "./answers-view.tsx";
import { Button } from "./button.tsx";
import { CheckField, SelectField } from "./fields.tsx";
import { GateReadout } from "./gate-readout.tsx";
import { GateView, shownName } from "./gate-view.tsx";
import styles from "./gates.module.css";
import { EmptyView, Panel } from "./panel.tsx";
import { type ProbeNames, ProbeStrip } from "./probe-strip.tsx";
import { usePalette } from "./use-palette.ts";

/** The gates at one training step. */
export type Snapshot = Extract<Event, { readonly type: "snapshot" }>;

/**
 * `snapshot` null: nothing read yet. `cursor` is the page's one cursor. `showKeep` draws z as 1 − z here and wherever
 * else z is shown. `onExport` writes the CSV.
 */
export interface GateHeatmapsProps {
  /** Chooses the probe; stands above the views. */
  readonly picker: ReactNode;
  /** Explains what is drawn; stands below the views. */
  readonly about: ReactNode;
  readonly snapshot: Snapshot | null;
  readonly layers: readonly LayerSummary[];
  readonly names: ProbeNames;
  readonly cursor: Cursor | null;
  readonly showKeep: boolean;
  readonly onCursor: (cursor: Cursor | null) => void;
  readonly onShowKeep: (showKeep: boolean) => void;
  readonly onExport: () => void;
}

/** Strip, views, readout and their controls. */
export function GateHeatmaps(props: GateHeatmapsProps) {
  const { snapshot, onExport } = props;
  const [sorted, setSorted] = useState<Sorted>({ sort: "index", orders: [] });
  const apply = (sort: UnitSort) => setSorted({ sort, orders: snapshot ? ordersOf(sort, snapshot) : [] });
  return (
    <Panel title={t("gates.title")} aside={snapshot ? t("gates.atStep", { step: snapshot.step }) : undefined}>
      <div className={layout.toolbar}>
        {props.picker}
        <SelectField label={t("gates.sort")} value={sorted.sort} choices={SORTS} onChange={apply} />
        {sorted.sort === "index" ? null : (
          <Button disabled={!snapshot} onClick={() => apply(sorted.sort)}>
            {t("gates.sortAgain")}
          </Button>
        )}
        <span className={layout.spacer}>
          <Button disabled={!snapshot} onClick={onExport}>
            {t("gates.export")}
          </Button>
        </span>
      </div>
      {sorted.sort === "index" ? null : <p className={styles.convention}>{t(SORT_HELP[sorted.sort])}</p>}
      {snapshot ? (
        <Ground {...props} snapshot={snapshot} orders={sorted.orders} />
      ) : (
        <EmptyView tall>{t("gates.waiting")}</EmptyView>
      )}
      {props.about}
    </Panel>
  );
}

/** Orders frozen when they were chosen, one per layer. */
interface Sorted {
  readonly sort: UnitSort;
  readonly orders: readonly Uint32Array[];
}

const SORTS = (["index", "openness", "similarity", "memory"] as const).map((sort) => ({
  value: sort,
  label: t(`gates.sort.${sort}`),
}));

const SORT_HELP = {
  index: "gates.sortHelp.index",
  openness: "gates.sortHelp.openness",
  similarity: "gates.sortHelp.similarity",
  memory: "gates.sortHelp.memory",
} as const satisfies Readonly<Record<UnitSort, string>>;

type Layer = Snapshot["layers"][number];

const unitsOf = (layer: Layer, steps: number) => (layer.views[0]?.values.length ?? 0) / steps;

function ordersOf(sort: UnitSort, snapshot: Snapshot): readonly Uint32Array[] {
  const steps = snapshot.probe.length;
  return snapshot.layers.map((layer) => {
    const valuesOf = (name: string) => layer.views.find((view) => view.name === name)?.values ?? null;
    const z = valuesOf("z");
    return unitOrder(sort, {
      steps,
      units: unitsOf(layer, steps),
      writes: z ?? valuesOf("i"),
      forgets: z ?? valuesOf("f")?.map((kept) => 1 - kept) ?? null,
      h: valuesOf("h"),
    });
  });
}

interface GroundProps extends GateHeatmapsProps {
  readonly snapshot: Snapshot;
  readonly orders: readonly Uint32Array[];
}

function Ground({ snapshot, layers, names, orders, cursor, showKeep, onCursor, onShowKeep }: GroundProps) {
  const keysId = useId();
  const palette = usePalette();
  const steps = snapshot.probe.length;
  const [indexOrders, setIndexOrders] = useState(() => ordersOf("index", snapshot));
  const fits = (order: Uint32Array | undefined, index: number): order is Uint32Array => {
    const layer = snapshot.layers[index];
    return layer !== undefined && order?.length === unitsOf(layer, steps);
  };
  if (!snapshot.layers.every((_, index) => fits(indexOrders[index], index))) {
    setIndexOrders(ordersOf("index", snapshot)); // another model: React renders again before it paints
  }
  const here = cursor && cursor.t < steps ? cursor : null;
  const width: CSSProperties & Record<"--steps", number> = { "--steps": steps };
  const current = here ? snapshot.layers[here.layer] : undefined;
  return (
    <div className={styles.ground} style={width}>
      <span id={keysId} className={controls.hidden}>
        {t("gates.keys")}
      </span>
      <GateReadout
        cursor={current ? here : null}
        place={here ? partTitle(layers[here.layer], here.layer) : ""}
        views={current?.views ?? []}
        units={current ? unitsOf(current, steps) : 0}
        labels={snapshot.probe.labels}
        unitLabels={current?.unitLabels ?? []}
        complementOf={showKeep ? "z" : null}
      />
      <ProbeStrip probe={snapshot.probe} names={names} palette={palette} t={here?.t ?? null} />
      {snapshot.layers.map((layer, index) => {
        const chosen = orders[index];
        const order = fits(chosen, index) ? chosen : indexOrders[index];
        if (!order) return null;
        return (
          // biome-ignore lint/suspicious/noArrayIndexKey: a part is its place in the stack.
          <section key={index} className={styles.layer}>
            <h3 className={styles.layerTitle}>{layerTitle(index, layers[index])}</h3>
            {layer.views.map((view) => (
              <GateView
                key={view.name}
                layer={index}
                place={partTitle(layers[index], index)}
                view={view}
                steps={steps}
                order={order}
                unitLabels={layer.unitLabels ?? []}
                complement={showKeep && view.name === "z"}
                scheme={palette.scheme}
                cursor={here}
                keysId={keysId}
                remark={view.name === "z" ? <Convention showKeep={showKeep} onShowKeep={onShowKeep} /> : null}
                onCursor={onCursor}
              />
            ))}
          </section>
        );
      })}
      <BeamAnswers answers={snapshot.answers} />
      <Words snapshot={snapshot} layers={layers} showKeep={showKeep} />
    </div>
  );
}

function layerTitle(index: number, summary: LayerSummary | undefined): string {
  const place = { layer: partTitle(summary, index) };
  if (!summary) return place.layer;
  if (summary.role === "attention") return t("gates.attention");
  return t("gates.layer", { ...place, cell: summary.cell.toUpperCase(), count: summary.units });
}

interface ConventionProps {
  readonly showKeep: boolean;
  readonly onShowKeep: (showKeep: boolean) => void;
}

/** The sentence that says which sign of z is drawn, with the toggle. */
function Convention({ showKeep, onShowKeep }: ConventionProps) {
  return (
    <div className={styles.viewHead}>
      <span className={styles.convention}>{showKeep ? t("gates.conventionKeep") : t("gates.convention")}</span>
      <CheckField label={t("gates.showKeep")} checked={showKeep} onChange={onShowKeep} />
    </div>
  );
}

type WordsProps = Pick<GroundProps, "snapshot" | "layers" | "showKeep">;

/** Means and extremes of every view, for those who do not see the pictures. */
function Words({ snapshot, layers, showKeep }: WordsProps) {
  const [open, setOpen] = useState(false);
  return (
    <details className={styles.words} open={open} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>{t("gates.summaryTitle")}</summary>
      {open ? (
        <ul>
          {sentencesOf({ snapshot, layers, showKeep }).map((sentence) => (
            <li key={sentence}>{sentence}</li>
          ))}
        </ul>
      ) : null}
    </details>
  );
}

function sentencesOf({ snapshot, layers, showKeep }: WordsProps): readonly string[] {
  return snapshot.layers.flatMap((layer, index) =>
    layer.views.map((view) => {
      const complement = showKeep && view.name === "z";
      const summary = summarizeView(view.values, unitsOf(layer, snapshot.probe.length), complement);
      return summarySentence(partTitle(layers[index], index), shownName(view.name, complement), summary);
    }),
  );
}

function summarySentence(layer: string, gate: string, summary: ReturnType<typeof summarizeView>): string {
  if (!summary) return t("gates.summaryNotFinite", { layer, gate });
  return t("gates.summary", {
    layer,
    gate,
    mean: summary.mean,
    low: summary.low.value,
    lowT: summary.low.t + 1,
    lowUnit: summary.low.unit + 1,
    high: summary.high.value,
    highT: summary.high.t + 1,
    highUnit: summary.high.unit + 1,
  });
}
