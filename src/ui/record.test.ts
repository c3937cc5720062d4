/** Curves follow the run on the page: a new run starts empty, undo brings the earlier curve back. */
import { expect, test } from "vitest";
import type { Event } from "../worker/protocol.ts";
import { createRecorder } from "./record.ts";
import { createSeries } from "./series.ts";

const experiment = {
  version: 1,
  task: { name: "seattle-weather" },
  model: { layers: [{ cell: "gru", reset: "after", activation: "tanh", units: 1 }], head: "every", initialMemory: 0 },
  training: {
    optimizer: { name: "sgd", momentum: 0 },
    learningRate: 1,
    clipNorm: null,
    batch: 1,
    length: 1,
    evaluateEvery: 1,
  },
  seed: 1,
} as const;

function startedEvent(runId: number): Event {
  const dataset = {
    task: "seattle-weather",
    inputColumns: [],
    targetColumns: [],
    vocabulary: [],
    labels: [],
    length: 1,
    windows: { train: 1, validation: 1, test: 1 },
    probes: [],
    probeLength: 1,
    baseline: { name: "mean", metrics: {} },
    notes: [],
  } as const;
  const run = { ...experiment, model: { ...experiment.model, layers: [...experiment.model.layers] } };
  const rest = { step: 0, parameters: 1, layers: [], dataset, plan: {}, canUndo: false };
  return { type: "started", runId, experiment: run, ...rest };
}

function metricsEvent(runId: number, first: number, losses: readonly number[]): Event {
  const loss = Float32Array.from(losses);
  const rates = { epoch: 0, stepsPerSecond: 1, tokensPerSecond: 1 };
  return { type: "metrics", runId, first, loss, norm: loss, clipFactor: loss, learningRate: loss, ...rates };
}

const evaluationEvent: Event = {
  type: "evaluation",
  runId: 1,
  step: 2,
  validationLoss: 7,
  bestStep: 2,
  bestValidationLoss: 7,
  latest: {},
  best: {},
  result: { kind: "none" },
};

test("undo brings the earlier curve back, and a second undo the later one", () => {
  const series = createSeries();
  const record = createRecorder(series);
  record(startedEvent(1), null);
  record(metricsEvent(1, 0, [5, 4]), 1);
  record(evaluationEvent, 1);
  record(startedEvent(2), 1);
  expect(series.count).toBe(0);
  expect(series.evaluations).toEqual([]);
  record(metricsEvent(2, 0, [9]), 2);
  record(metricsEvent(1, 2, [3]), 2); // a late event of the run put aside
  expect([...series.values("loss")]).toEqual([9]);
  record(startedEvent(1), 2);
  expect([...series.values("loss")]).toEqual([5, 4]);
  expect(series.evaluations).toEqual([{ step: 2, validationLoss: 7 }]);
  record(metricsEvent(1, 2, [3]), 1);
  expect([...series.values("loss")]).toEqual([5, 4, 3]);
  record(startedEvent(2), 1);
  expect([...series.values("loss")]).toEqual([9]);
});

test("a run put aside twice ago is forgotten", () => {
  const series = createSeries();
  const record = createRecorder(series);
  record(startedEvent(1), null);
  record(metricsEvent(1, 0, [5]), 1);
  record(startedEvent(2), 1);
  record(startedEvent(3), 2);
  record(startedEvent(1), 3);
  expect(series.count).toBe(0);
});
