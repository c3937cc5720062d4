/**
 * Sweep direction: a recording of 128 noisy channels in which, now and then, a pulse runs along sixteen neighbouring ones,
 * up or down. The question at every step is which way the last finished pulse ran; both ways light the same channels equally
 * often, so only their order tells. Rows are consecutive moments of one recording, drawn from the run's seed; its beginning
 * trains, what follows validates and tests, and no window reaches across.
 */
import type { Experiment } from "../core/experiment.ts";
import { STREAM, uniform, uniformInteger } from "../core/rng.ts";
import type { Column, Dataset, ProbeChoice, TaskDefinition, Thumbnail } from "../core/task.ts";
import { USUAL_TRAINING } from "../core/usual-training.ts";
import { baseRate, scoreBinary } from "./binary-rows.ts";
import { type Range, windowStarts } from "./chronological.ts";
import { obeyRules } from "./obey-rules.ts";

const CHANNELS = 128;
/** Neighbouring channels that a pulse runs along, and how many of them it takes in one step. */
const SWEPT = 16;
const SWEPT_PER_STEP = 2;
const SWEEP_STEPS = SWEPT / SWEPT_PER_STEP;
/** Steps of noise between two pulses. */
const PAUSE = { least: 4, most: 24 };
/** A pulse against noise that is uniform in ±1. */
const PULSE = 4;
/** Steps of the recording: 2¹⁴ · 128 numbers are 8 MiB. */
const TRAINING_ROWS = 2 ** 14;
const HELD_OUT_ROWS = 2 ** 12;
const VALIDATION_WINDOWS = 64;
const TEST_WINDOWS = 64;
const PROBES = 4;
const PROBE_STEPS = 100;
const THUMBNAIL_STEPS = 40;
/** Streams of numbers of a recording, by step of the hash. */
const DRAW = { place: 0, direction: 1, pause: 2, noise: 3 } as const;

const preset: Experiment = {
  version: 1,
  task: { name: "sweep-direction" },
  model: {
    layers: [{ cell: "gru", reset: "after", activation: "tanh", units: 16 }],
    head: "every",
    initialMemory: 1,
  },
  training: { ...USUAL_TRAINING, learningRate: 0.01, clipNorm: 1, batch: 16, length: 50, evaluateEvery: 20 },
  seed: 1,
};

/** Rows of a recording of noise with pulses, and at each row which way the last finished pulse ran. */
function drawRecording(seed: number, R: number) {
  const key = { seed, stream: STREAM.task };
  const rows = new Float32Array(R * CHANNELS);
  for (let i = 0; i < rows.length; i++) rows[i] = 2 * uniform(seed, STREAM.task, DRAW.noise, i) - 1;
  const upward = new Float32Array(R);
  const firstChannel = uniformInteger({ ...key, step: DRAW.place, index: 0 }, CHANNELS - SWEPT + 1);
  // The recording begins with a pulse, so that only its first few steps have no answer; they count as upward.
  let direction = 1;
  for (let index = 0, t = 0; t < R; index++) {
    const next = uniformInteger({ ...key, step: DRAW.direction, index }, 2);
    for (let step = 0; step < SWEEP_STEPS && t < R; step++, t++) {
      // Channel 1 is drawn on top, so what runs up runs to lower numbers.
      const stage = next === 1 ? SWEEP_STEPS - 1 - step : step;
      const channel = firstChannel + stage * SWEPT_PER_STEP;
      for (let c = 0; c < SWEPT_PER_STEP; c++) rows[t * CHANNELS + channel + c]! += PULSE;
      if (step === SWEEP_STEPS - 1) direction = next;
      upward[t] = direction;
    }
    const pause = PAUSE.least + uniformInteger({ ...key, step: DRAW.pause, index }, PAUSE.most - PAUSE.least + 1);
    for (let step = 0; step < pause && t < R; step++, t++) upward[t] = direction;
  }
  return { rows, upward };
}

/** Of the stretches that lie side by side in `test`, the ones in which the answer changes most often, in order of time. */
function pickProbes(upward: Float32Array, test: Range, length: number): ProbeChoice[] {
  const stretches = Array.from({ length: Math.floor((test.end - test.first) / length) }, (_, i) => {
    const start = test.first + i * length;
    const rows = upward.subarray(start, start + length);
    return { start, turns: rows.filter((value, t) => t > 0 && value !== rows[t - 1]).length };
  });
  const liveliest = stretches.toSorted((a, b) => b.turns - a.turns || a.start - b.start).slice(0, PROBES);
  return liveliest
    .toSorted((a, b) => a.start - b.start)
    .map(({ start }) => ({ title: `${start + 1} – ${start + length}`, start, length }));
}

const UNSCALED = { mean: 0, deviation: 1 };

async function load(experiment: Experiment): Promise<Dataset> {
  obeyRules(experiment);
  const { length } = experiment.training;
  const R = TRAINING_ROWS + 2 * HELD_OUT_ROWS;
  const { rows, upward } = drawRecording(experiment.seed, R);
  const validationFirst = TRAINING_ROWS;
  const testFirst = TRAINING_ROWS + HELD_OUT_ROWS;
  const windows = {
    train: windowStarts({ first: 0, end: TRAINING_ROWS }, length, TRAINING_ROWS),
    validation: windowStarts({ first: validationFirst, end: testFirst }, length, VALIDATION_WINDOWS),
    test: windowStarts({ first: testFirst, end: R }, length, TEST_WINDOWS),
  };
  const columns: Column[] = Array.from({ length: CHANNELS }, (_, c) => ({
    name: `${c + 1}`,
    unit: "",
    scaling: UNSCALED,
  }));
  const target: Dataset["target"] = {
    kind: "binary",
    rows: upward,
    columns: [{ name: "P(↑)", unit: "", scaling: UNSCALED }],
    labels: ["↓", "↑"],
  };
  const probeLength = Math.max(length, PROBE_STEPS);
  return {
    task: "sweep-direction",
    input: { kind: "features", rows, columns },
    target,
    mask: new Float32Array(R).fill(1),
    length,
    windows,
    // A target belongs to its own row, so every row of the training part may be streamed.
    stream: { first: 0, end: TRAINING_ROWS },
    probes: pickProbes(upward, { first: testFirst, end: R }, probeLength),
    probeLength,
    rowLabels: null,
    baseline: {
      name: "base-rate",
      metrics: baseRate(
        { target },
        windows.train.map((start) => start + length - 1),
        windows.test.map((start) => start + length - 1),
      ),
    },
    notes: [],
  };
}

/** All channels over the beginning of the test part. */
function thumbnail({ input, probes }: Dataset): Thumbnail {
  const start = (probes[0]?.start ?? 0) * CHANNELS;
  return {
    kind: "map",
    values: Float32Array.from(input.rows.slice(start, start + THUMBNAIL_STEPS * CHANNELS)),
    steps: THUMBNAIL_STEPS,
  };
}

/** The built-in task with a yes-or-no answer. */
export const sweepDirection: TaskDefinition = {
  name: "sweep-direction",
  preset,
  sources: [],
  head: null,
  scoredSteps: "last",
  load,
  thumbnail,
  score: scoreBinary,
};
