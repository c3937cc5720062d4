/** Where the time of a training step goes, as the engine measures it and the page shows it. */
import type { CallTime, PhaseProfile } from "./backend.ts";
import type { PhaseName } from "./program.ts";

/** All calls of one operation at one place of the model in one phase: dispatches and mean milliseconds of a step. */
export interface OperationTime extends CallTime {
  readonly phase: PhaseName;
}

/** The operations of a training step in order of play, and how they were timed. */
export interface StepProfile {
  readonly method: PhaseProfile["method"];
  readonly times: readonly OperationTime[];
}
