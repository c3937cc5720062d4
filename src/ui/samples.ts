/** Experiments and worker events for the tests of this room; the page itself gets its presets from the worker. */
import { type Experiment, parseExperiment } from "../core/experiment.ts";
import { USUAL_TRAINING } from "../core/usual-training.ts";
import type { Event } from "../worker/protocol.ts";

function valid(value: unknown): Experiment {
  const parsed = parseExperiment(value);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.issues));
  return parsed.experiment;
}

const training = {
  ...USUAL_TRAINING,
  learningRate: 0.01,
  clipNorm: 1,
  batch: 32,
  length: 30,
  evaluateEvery: 20,
};
const model = {
  layers: [{ cell: "gru", reset: "after", activation: "tanh", units: 32 }],
  head: "every",
  initialMemory: 0,
};

/** A GRU on the weather. */
export const weatherExperiment = valid({ version: 1, task: { name: "seattle-weather" }, model, training, seed: 1 });

/** A GRU on delayed recall over 16 steps. */
export const recallExperiment = valid({
  version: 1,
  task: { name: "delayed-recall", symbols: 4, lag: 16 },
  model: { ...model, head: "last" },
  training: { ...training, length: 17 },
  seed: 1,
});

type EventOf<Type extends Event["type"]> = Extract<Event, { readonly type: Type }>;

/** A worker with one task on some GPU. */
export const helloEvent: EventOf<"hello"> = {
  type: "hello",
  backend: { kind: "webgpu", adapter: "test", software: false, limits: { maxBufferBytes: 1, maxBindingBytes: 1 } },
  faults: [],
  tasks: [{ name: "seattle-weather", preset: weatherExperiment, sources: [] }],
  models: [],
  operations: [],
};

/** A run on the weather that has just been built. */
export function startedEvent(runId: number, rest: Partial<EventOf<"started">> = {}): EventOf<"started"> {
  return {
    type: "started",
    runId,
    experiment: weatherExperiment,
    step: 0,
    epoch: 0,
    parameters: 10,
    layers: [],
    dataset: {
      task: "seattle-weather",
      inputColumns: [],
      targetColumns: [],
      vocabulary: [],
      labels: [],
      length: 30,
      windows: { train: 1, validation: 1, test: 1 },
      probes: [],
      probeLength: 30,
      baseline: { name: "mean", metrics: {} },
      notes: [],
    },
    backend: helloEvent.backend,
    wish: "auto",
    shared: { player: "webgpu", plan: {} },
    plan: {},
    memory: { bytes: 1000, wholeBytes: 1000, checkpoint: null },
    canUndo: false,
    ...rest,
  };
}
