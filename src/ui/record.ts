/** Feeds a run's curves from the worker's events; events of a run that is not shown leave them alone. */
import type { Event } from "../worker/protocol.ts";
import type { RunSeries } from "./series.ts";

/** Called before the state sees the event; `shown` is the run on the page. */
export function recordEvent(series: RunSeries, event: Event, shown: number | null): void {
  if (event.type === "started") {
    series.show(event.runId);
    return;
  }
  if (!("runId" in event) || event.runId !== shown) return;
  if (event.type === "metrics") series.appendSteps(event);
  if (event.type === "evaluation") {
    const { step, validationLoss, bestStep, bestValidationLoss } = event;
    series.appendEvaluation({ step, validationLoss }, { step: bestStep, validationLoss: bestValidationLoss });
  }
}
