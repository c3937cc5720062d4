/** What the page offers before a run is chosen: the tasks with their sources, a real sample of each, and the score's words. */
import type { TaskName } from "../core/experiment.ts";
import type { Thumbnail } from "../core/task.ts";
import { OPERATIONS } from "../operations/registry.ts";
import { PUBLISHED_MODELS } from "../tasks/published-models.ts";
import { TASKS } from "../tasks/registry.ts";
import type { Event } from "./protocol.ts";

type Hello = Extract<Event, { readonly type: "hello" }>;

/** Tasks and published models in the order of the cards, and every operation with its equation. */
export function describeOffer(): Pick<Hello, "tasks" | "models" | "operations"> {
  return {
    tasks: Object.values(TASKS).map(({ name, preset, sources }) => ({ name, preset, sources })),
    models: PUBLISHED_MODELS,
    operations: OPERATIONS.map(({ name, equation, source }) => ({ name, equation, source })),
  };
}

/** Tasks that come with data, whose cards can show a sample. */
export function tasksWithSamples(): readonly TaskName[] {
  return Object.values(TASKS).flatMap(({ name, preset }) => (preset ? [name] : []));
}

/** A real sample of a task's data, loaded for the purpose. Null for a task on the user's own file. */
export async function drawSample(name: TaskName): Promise<Thumbnail | null> {
  const task = TASKS[name];
  return task.preset ? task.thumbnail(await task.load(task.preset, null)) : null;
}
