/** The gates of the run that is shown: owns the page's one cursor and the sign of z, and asks for other probes. */
import { useState } from "react";
import { decoderLayer } from "../../core/decoder-choice.ts";
import { useApp, useSession } from "../app-context.ts";
import { gatesCsv } from "../export-csv.ts";
import { downloadFile } from "../files.ts";
import { t } from "../i18n/translate.ts";
import { partName } from "../part-name.ts";
import type { Cursor } from "../plots/cursor.ts";
import { Equations } from "./equations.tsx";
import { GateHeatmaps } from "./gate-heatmaps.tsx";
import { EmptyView, Panel } from "./panel.tsx";
import { ProbePicker } from "./probe-picker.tsx";

/** A placeholder says what is awaited until a run stands. */
export function GatesPanel() {
  const session = useSession();
  const snapshot = useApp((state) => state.run?.snapshot ?? null);
  const layers = useApp((state) => state.run?.layers);
  const dataset = useApp((state) => state.run?.dataset);
  const probe = useApp((state) => state.run?.probe);
  const model = useApp((state) => state.run?.experiment.model);
  const ready = useApp(({ engine }) => engine.phase === "ready");
  const [cursor, setCursor] = useState<Cursor | null>(null);
  const [showKeep, setShowKeep] = useState(false);
  if (!layers || !dataset || !probe || !model) {
    return (
      <Panel title={t("gates.title")}>
        <EmptyView tall>{t(ready ? "app.preparing" : "app.loading")}</EmptyView>
      </Panel>
    );
  }
  const cells = model.decoder ? [...model.layers, decoderLayer(model.decoder, model.layers)] : model.layers;
  const exportGates = () => {
    if (!snapshot) return;
    const name = `gatescope-${dataset.task}-gates-step-${snapshot.step}.csv`;
    downloadFile(name, gatesCsv(snapshot, layers.map(partName), showKeep), "text/csv");
  };
  return (
    <GateHeatmaps
      picker={<ProbePicker dataset={dataset} wish={probe} onPick={session.setProbe} />}
      about={<Equations layers={cells} showKeep={showKeep} />}
      snapshot={snapshot}
      layers={layers}
      names={dataset}
      cursor={cursor}
      showKeep={showKeep}
      onCursor={setCursor}
      onShowKeep={setShowKeep}
      onExport={exportGates}
    />
  );
}
