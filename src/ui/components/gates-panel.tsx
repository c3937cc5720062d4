/** The gates of the run that is shown: owns the page's one cursor and the sign of z, and asks for other probes. */
import { useState } from "react";
import { useApp, useSession } from "../app-context.ts";
import { t } from "../i18n/translate.ts";
import type { Cursor } from "../plots/cursor.ts";
import { GateHeatmaps } from "./gate-heatmaps.tsx";
import { EmptyView, Panel } from "./panel.tsx";

/** A placeholder says what is awaited until a run stands. */
export function GatesPanel() {
  const session = useSession();
  const snapshot = useApp((state) => state.run?.snapshot ?? null);
  const layers = useApp((state) => state.run?.layers);
  const names = useApp((state) => state.run?.dataset);
  const [cursor, setCursor] = useState<Cursor | null>(null);
  const [showKeep, setShowKeep] = useState(false);
  if (!layers || !names) {
    return (
      <Panel title={t("gates.title")}>
        <EmptyView>{t("app.loading")}</EmptyView>
      </Panel>
    );
  }
  return (
    <GateHeatmaps
      snapshot={snapshot}
      layers={layers}
      names={names}
      cursor={cursor}
      showKeep={showKeep}
      onCursor={setCursor}
      onShowKeep={setShowKeep}
      onExport={() => session.save()}
    />
  );
}
