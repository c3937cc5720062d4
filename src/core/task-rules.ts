/**
 * What a task dictates to the rest of its experiment: a window as long as its sequences, the only head that makes sense.
 * Tasks refuse an experiment that breaks a rule; the page, which may not import tasks, sets these fields along.
 */
import type { Experiment, TaskChoice } from "./experiment.ts";
import type { LossChoice } from "./loss-choice.ts";

/** Longest word of the spelling task, in letters. */
export const LONGEST_WORD = 14;

/** Longest string of the grammar task, in symbols: 4,894 strings are no longer. */
export const LONGEST_STRING = 24;

/** Longest way to write a date ("September 30, 2021"), and an ISO date with the symbol that closes it. */
export const DATE_STEPS = { source: 18, answer: 11 } as const;

/** True where one sequence is turned into another, which takes a decoder behind the layers and is all that a decoder is for. */
export function needsDecoder({ name }: TaskChoice): boolean {
  return name === "calendar-dates";
}

/** Steps of every window of this task, or null where `training.length` is free. */
export function fixedLength(task: TaskChoice): number | null {
  switch (task.name) {
    case "english-spelling":
      return LONGEST_WORD + 1; // the boundary symbol, then the letters
    case "reber-grammar":
      return LONGEST_STRING + 1; // likewise
    case "calendar-dates":
      return DATE_STEPS.source + DATE_STEPS.answer;
    case "delayed-recall":
      return task.lag + 1; // the symbol, lag − 1 distractors, the cue
    default:
      return null;
  }
}

/** True where windows follow one another in time, so that a state may be carried from one into the next. */
export function canCarryState({ name }: TaskChoice): boolean {
  return name === "seattle-weather" || name === "sweep-direction" || name === "own-text" || name === "own-series";
}

/** True where the target of a step is what enters at the next one. */
const foretells = ({ name }: TaskChoice): boolean =>
  name !== "delayed-recall" && name !== "sweep-direction" && name !== "calendar-dates";

/** False where a layer that looks ahead would read the answers: a head on every step, asked for what comes next. */
export function mayLookAhead(task: TaskChoice, head: Experiment["model"]["head"]): boolean {
  return head === "last" || !foretells(task);
}

/** True where what enters are symbols, not numbers. */
export function readsSymbols({ name }: TaskChoice): boolean {
  switch (name) {
    case "english-spelling":
    case "reber-grammar":
    case "delayed-recall":
    case "calendar-dates":
    case "own-text":
      return true;
    default:
      return false;
  }
}

/** The losses that suit this task, the usual one first. */
export function suitableLosses(task: TaskChoice): readonly LossChoice["name"][] {
  switch (task.name) {
    case "seattle-weather":
    case "noisy-waves":
      return ["fitting", "mae", "huber"];
    case "own-series":
      return ["fitting", "mae", "huber", "distribution"];
    case "sweep-direction":
      return ["fitting", "positive-weight", "probability"];
    default:
      return ["fitting", "smoothed", "weighted"];
  }
}

/** The only head that makes sense for this task, or null where the user may choose. */
export function fixedHead(task: TaskChoice): Experiment["model"]["head"] | null {
  switch (task.name) {
    case "english-spelling":
    case "reber-grammar":
    case "calendar-dates":
    case "own-text":
      return "every";
    case "delayed-recall":
      return "last";
    default:
      return null;
  }
}
