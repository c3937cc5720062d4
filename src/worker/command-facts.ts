/** What follows from a command by itself, before anybody handles it. */
import type { Command } from "./protocol.ts";

const ENDS_TUNING: ReadonlySet<Command["type"]> = new Set([
  "skip-tuning",
  "start",
  "open-run",
  "undo",
  "use-cpu",
  "open-backend",
]);

/** Nobody waits for the measurements of a run any more once another one, or its start without them, is asked for. */
export function endsTuning({ type }: Command): boolean {
  return ENDS_TUNING.has(type);
}

/** The run that a command opens; null where it opens none. */
export function runIdOf(command: Command): number | null {
  return command.type === "start" || command.type === "open-run" ? command.runId : null;
}
