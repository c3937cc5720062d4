/** How learning goes: the loss curves and the task's own result. */
import type { DatasetSummary } from "../../worker/summaries.ts";
import { useApp, useSeries, useSession } from "../app-context.ts";
import { lossCsv } from "../export-csv.ts";
import { downloadFile } from "../files.ts";
import { t } from "../i18n/translate.ts";
import { probeTextIssue } from "../plots/probe-text.ts";
import { visibleSymbol } from "../plots/strip.ts";
import { type Generation, writesSymbols } from "../run-state.ts";
import { LossChart } from "./loss-chart.tsx";
import { PruningView } from "./pruning-view.tsx";
import { ResultView } from "./result-view.tsx";

/** Why a prefix cannot be gone on from, or null. An empty one can. */
function prefixError(prefix: string, { vocabulary, probeLength }: DatasetSummary): string | null {
  const issue = prefix === "" ? null : probeTextIssue(prefix, vocabulary, probeLength);
  switch (issue?.kind) {
    case "unknown":
      return t("probe.unknown", { symbols: issue.symbols.map(visibleSymbol).join(" ") });
    case "too-long":
      return t("probe.tooLong", issue);
    default:
      return null;
  }
}

function Result({ dataset }: { readonly dataset: DatasetSummary }) {
  const session = useSession();
  const evaluation = useApp((state) => state.run?.evaluation ?? null);
  const samples = useApp((state) => state.run?.generated) ?? [];
  const generation = useApp((state) => state.run?.generation);
  const answers = useApp((state) => state.run?.experiment.model.decoder !== undefined);
  // A decoder answers a source; it does not write on from what it is given.
  const writes = writesSymbols(dataset) && !answers;
  const choose = (next: Generation) => session.setGeneration(next, prefixError(next.prefix, dataset) === null);
  const text =
    writes && generation
      ? {
          ...generation,
          samples,
          error: prefixError(generation.prefix, dataset),
          onGeneration: (prefix: string, temperature: number) => choose({ prefix, temperature }),
        }
      : null;
  return <ResultView dataset={dataset} evaluation={evaluation} text={text} />;
}

/** Two panels side by side on a desk. */
export function LearningPanel() {
  const series = useSeries();
  const dataset = useApp((state) => state.run?.dataset);
  const prunings = useApp((state) => state.run?.prunings) ?? [];
  const exportLosses = () => {
    if (dataset) downloadFile(`gatescope-${dataset.task}-loss.csv`, lossCsv(series), "text/csv");
  };
  return (
    <>
      <LossChart series={series} onExport={exportLosses} />
      {dataset ? <Result dataset={dataset} /> : null}
      <PruningView prunings={prunings} />
    </>
  );
}
