/**
 * Experiments that specs open by link: small, so that a step takes milliseconds on a software adapter, and never the
 * presets, so that a page that shows its default instead is caught.
 */
import type { Experiment } from "../src/core/experiment.ts";
import { USUAL_TRAINING } from "../src/core/usual-training.ts";

/** Forecast of the weather by one small layer. */
export const smallWeather: Experiment = {
  version: 1,
  task: { name: "seattle-weather" },
  model: {
    layers: [{ cell: "gru", reset: "after", activation: "tanh", units: 8 }],
    head: "every",
    initialMemory: 0,
  },
  training: {
    ...USUAL_TRAINING,
    learningRate: 0.01,
    clipNorm: 1,
    batch: 8,
    length: 10,
    evaluateEvery: 20,
  },
  seed: 7,
};

/** Spelling by two layers, one of each form of the GRU. */
export const twoForms: Experiment = {
  version: 1,
  task: { name: "english-spelling" },
  model: {
    layers: [
      { cell: "gru", reset: "after", activation: "tanh", units: 12 },
      { cell: "gru", reset: "before", activation: "tanh", units: 9 },
    ],
    head: "every",
    initialMemory: 0,
  },
  training: {
    ...USUAL_TRAINING,
    learningRate: 0.02,
    clipNorm: 1,
    batch: 16,
    length: 15,
    evaluateEvery: 50,
  },
  seed: 3,
};
