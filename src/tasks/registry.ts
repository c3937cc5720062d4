/** The tasks by name; adding one means a file beside this one, a member of the experiment's schema and a line here. */
import type { TaskName } from "../core/experiment.ts";
import type { TaskDefinition } from "../core/task.ts";
import { calendarDates } from "./calendar-dates.ts";
import { delayedRecall } from "./delayed-recall.ts";
import { englishSpelling } from "./english-spelling.ts";
import { noisyWaves } from "./noisy-waves.ts";
import { ownSeries } from "./own-series.ts";
import { ownText } from "./own-text.ts";
import { reberGrammar } from "./reber-grammar.ts";
import { seattleWeather } from "./seattle-weather.ts";
import { sweepDirection } from "./sweep-direction.ts";

/** Every task, in the order of the page's cards. */
export const TASKS: Readonly<Record<TaskName, TaskDefinition>> = {
  "seattle-weather": seattleWeather,
  "english-spelling": englishSpelling,
  "delayed-recall": delayedRecall,
  "noisy-waves": noisyWaves,
  "sweep-direction": sweepDirection,
  "reber-grammar": reberGrammar,
  "calendar-dates": calendarDates,
  "own-text": ownText,
  "own-series": ownSeries,
};
