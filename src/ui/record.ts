/**
 * Feeds the curves on the page from the worker's events; events of a run that is not shown leave them alone. The curves
 * of the run that the worker puts aside are put aside with it, so that undo brings both back.
 */
import type { Event } from "../worker/protocol.ts";
import type { RunSeries, StoredCurves } from "./series.ts";

/** Called before the state sees the event; `shown` is the run on the page. */
export type Recorder = (event: Event, shown: number | null) => void;

/** Records into `series`. */
export function createRecorder(series: RunSeries): Recorder {
  let aside: { readonly runId: number; readonly curves: StoredCurves } | null = null;
  return (event, shown) => {
    if (event.type === "started") {
      const back = aside?.runId === event.runId ? aside.curves : null;
      aside = shown === null ? null : { runId: shown, curves: series.store() };
      series.replace(back);
      return;
    }
    if (!("runId" in event) || event.runId !== shown) return;
    if (event.type === "metrics") series.appendSteps(event);
    if (event.type === "evaluation") {
      const { step, validationLoss, bestStep, bestValidationLoss } = event;
      series.appendEvaluation({ step, validationLoss }, { step: bestStep, validationLoss: bestValidationLoss });
    }
  };
}
