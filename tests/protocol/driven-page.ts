/**
 * A page that has opened a run of delayed recall, and what tests do with it again and again.
 */
import type { Experiment } from "../../src/core/experiment.ts";
import { USUAL_TRAINING } from "../../src/core/usual-training.ts";
import type { Event } from "../../src/worker/protocol.ts";
import type { KeeperParts } from "../../src/worker/run-keeper.ts";
import { openPage, type Page } from "./page.ts";

/** Small enough to train a hundred steps in a moment. */
export const experiment: Experiment = {
  version: 1,
  task: { name: "delayed-recall", symbols: 3, lag: 4 },
  model: {
    layers: [{ cell: "gru", reset: "before", activation: "tanh", units: 5 }],
    head: "last",
    initialMemory: 0,
  },
  training: {
    ...USUAL_TRAINING,
    learningRate: 0.01,
    clipNorm: 1,
    batch: 4,
    length: 5,
    evaluateEvery: 1000,
  },
  seed: 3,
};

/** A page with a run on it. */
export interface DrivenPage extends Page {
  /** Trains to `step` and stops there. */
  trainTo(step: number, runId?: number): Promise<void>;
  /** Losses by step, later events of the same step taking the place of earlier ones. */
  losses(runId: number): number[];
  save(): Promise<Extract<Event, { type: "saved" }>>;
}

/** Opens a page and starts run 1 on it, at rest. */
export async function openStartedPage(parts?: Partial<KeeperParts>, chosen = experiment): Promise<DrivenPage> {
  const page = openPage(parts);
  page.send({ type: "open-backend", wish: "auto", measured: null });
  await page.until("hello");
  page.send({ type: "start", runId: 1, experiment: chosen, own: null, plan: null, autoplay: false });
  await page.until("started");
  return {
    ...page,
    async trainTo(step, runId = 1) {
      const from = page.events.length;
      page.send({ type: "stop-at", step });
      page.send({ type: "play" });
      await page.until("playing", (event) => event.reason === "stop-at" && event.runId === runId, from);
    },
    losses(runId) {
      const all: number[] = [];
      for (const event of page.events) {
        if (event.type !== "metrics" || event.runId !== runId) continue;
        for (const [i, loss] of event.loss.entries()) all[event.first + i] = loss;
      }
      return all;
    },
    async save() {
      const from = page.events.length;
      page.send({ type: "save", purpose: "download" });
      return page.until("saved", () => true, from);
    },
  };
}
