/** The tasks by name; adding one means a file beside this one, a member of the experiment's schema and a line here. */
import type { TaskName } from "../core/experiment.ts";
import type { TaskDefinition } from "../core/task.ts";
import { delayedRecall } from "./delayed-recall.ts";
import { englishSpelling } from "./english-spelling.ts";
import { ownSeries } from "./own-series.ts";
import { ownText } from "./own-text.ts";
import { seattleWeather } from "./seattle-weather.ts";

/** Every task, in the order of the page's cards. */
export const TASKS: Readonly<Record<TaskName, TaskDefinition>> = {
  "seattle-weather": seattleWeather,
  "english-spelling": englishSpelling,
  "delayed-recall": delayedRecall,
  "own-text": ownText,
  "own-series": ownSeries,
};
