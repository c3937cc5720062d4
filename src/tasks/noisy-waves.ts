/**
 * Noisy waves: the next value of a sum of two oscillations. Every sequence is a wave of its own (periods, phases and sizes
 * are drawn from the run's seed), so the periods have to be inferred from the sequence itself. Oscillators are turned by
 * rational rotations with + − × ÷ only, because `Math.sin` differs in the last bits between engines. Training, validation
 * and test waves are different ones; a test wave is forecast at many consecutive steps, so that the page can draw its course.
 */
import type { Experiment } from "../core/experiment.ts";
import { gaussian, STREAM, uniform } from "../core/rng.ts";
import type { Dataset, TaskDefinition, Thumbnail } from "../core/task.ts";
import { USUAL_TRAINING } from "../core/usual-training.ts";
import { obeyRules } from "./obey-rules.ts";
import { fitColumns, lastRowsOf, scaledRows, scoreForecast } from "./series-rows.ts";

const TRAINING_WAVES = 1000;
const VALIDATION_WAVES = 256;
const TEST_WAVES = 8;
/** Consecutive windows of one test wave. */
const TEST_STEPS = 32;
/** Bounds the training rows of long windows: up to length 524 there are 1,000 waves. */
const MAXIMUM_TRAINING_ROWS = 2 ** 19;
const NOISE = 0.1;
/** Tangents of half the angle per step: periods of 16 to 39 steps, and of 6 to 11. */
const SLOW = { least: 0.08, most: 0.2, size: 1 };
const FAST = { least: 0.3, most: 0.6, size: 0.5 };
/** Numbers that a wave draws besides its noise; a Gaussian takes twelve, so noise begins one Gaussian later. */
const NOISE_FROM = 1;

const preset: Experiment = {
  version: 1,
  task: { name: "noisy-waves" },
  model: {
    layers: [{ cell: "gru", reset: "after", activation: "tanh", units: 32 }],
    head: "every",
    initialMemory: 0,
  },
  training: { ...USUAL_TRAINING, learningRate: 0.01, clipNorm: 1, batch: 32, length: 24, evaluateEvery: 20 },
  seed: 1,
};

/** Which wave of which seed. */
interface WaveKey {
  readonly seed: number;
  readonly wave: number;
}

/** A point that is turned about the origin by a fixed angle at every step; `y` is what swings. */
interface Oscillator {
  readonly cos: number;
  readonly sin: number;
  x: number;
  y: number;
}

/** cos and sin of the angle whose half has tangent k: rational, so every engine has the same bits. */
function rotation(k: number): { readonly cos: number; readonly sin: number } {
  const square = k * k;
  return { cos: (1 - square) / (1 + square), sin: (2 * k) / (1 + square) };
}

/** An oscillator with period, phase and size drawn from numbers `first` … first + 3 of wave `wave`. */
function drawOscillator({ seed, wave }: WaveKey, first: number, band: typeof SLOW): Oscillator {
  const draw = (i: number) => uniform(seed, STREAM.task, wave, first + i);
  const half = draw(1) < 0.5 ? -1 : 1;
  const size = half * band.size * (0.5 + 0.5 * draw(3));
  // Tangents from −1 to 1 reach half a circle; the sign gives the other half.
  const start = rotation(2 * draw(2) - 1);
  return { ...rotation(band.least + (band.most - band.least) * draw(0)), x: size * start.cos, y: size * start.sin };
}

function turn(oscillator: Oscillator): void {
  const { cos, sin, x, y } = oscillator;
  oscillator.x = cos * x - sin * y;
  oscillator.y = sin * x + cos * y;
}

/** Writes a wave into its rows: its moments into `inputs`, those one later into `targets`. */
function drawWave(key: WaveKey, inputs: Float64Array, targets: Float64Array): void {
  const parts = [drawOscillator(key, 0, SLOW), drawOscillator(key, 4, FAST)];
  for (let t = 0; t <= inputs.length; t++) {
    let value = NOISE * gaussian(key.seed, STREAM.task, key.wave, NOISE_FROM + t);
    for (const part of parts) {
      value += part.y;
      turn(part);
    }
    if (t < inputs.length) inputs[t] = value;
    if (t > 0) targets[t - 1] = value;
  }
}

/** Rows of every wave in order: those that train, those that validate, and the longer ones that test. */
function waveLengths(length: number): { readonly rows: readonly number[]; readonly training: number } {
  const training = Math.min(TRAINING_WAVES, Math.floor(MAXIMUM_TRAINING_ROWS / length));
  const ofOneWindow = Array.from({ length: training + VALIDATION_WAVES }, () => length);
  return { rows: [...ofOneWindow, ...Array.from({ length: TEST_WAVES }, () => length + TEST_STEPS)], training };
}

/** All waves one after the other: first row, moments and the moments after them. A row is labelled by its step, in a test wave by its wave too. */
function drawWaves(seed: number, rows: readonly number[]) {
  const R = rows.reduce((sum, count) => sum + count, 0);
  const inputs = new Float64Array(R);
  const targets = new Float64Array(R);
  const labels: string[] = [];
  const separate = rows.length - TEST_WAVES;
  const starts = rows.map((count, wave) => {
    const start = labels.length;
    drawWave({ seed, wave }, inputs.subarray(start, start + count), targets.subarray(start, start + count));
    for (let t = 1; t <= count; t++) labels.push(wave < separate ? `${t}` : `#${wave - separate + 1}·${t}`);
    return start;
  });
  return { inputs, targets, labels, starts };
}

async function load(experiment: Experiment): Promise<Dataset> {
  obeyRules(experiment);
  const { length } = experiment.training;
  const { rows, training } = waveLengths(length);
  const { inputs, targets, labels, starts } = drawWaves(experiment.seed, rows);
  const train = { first: 0, end: training * length };
  const all = { first: 0, end: labels.length };
  const input = [{ name: "wave", unit: "", values: inputs }];
  const next = [{ name: "next", unit: "", values: targets }];
  const inputColumns = fitColumns(input, train);
  const targetColumns = fitColumns(next, train);
  const target = { kind: "values", rows: scaledRows(next, targetColumns, all), columns: targetColumns } as const;
  const testStarts = starts.slice(training + VALIDATION_WAVES);
  const test = Uint32Array.from(testStarts.flatMap((start) => Array.from({ length: TEST_STEPS }, (_, i) => start + i)));
  const lastRows = Uint32Array.from(lastRowsOf(test, length));
  return {
    task: "noisy-waves",
    input: { kind: "features", rows: scaledRows(input, inputColumns, all), columns: inputColumns },
    target,
    mask: new Float32Array(labels.length).fill(1),
    length,
    windows: {
      train: Uint32Array.from(starts.slice(0, training)),
      validation: Uint32Array.from(starts.slice(training, training + VALIDATION_WAVES)),
      test,
    },
    probes: testStarts.map((start, i) => ({ title: `#${i + 1}`, start, length: length + TEST_STEPS })),
    probeLength: length + TEST_STEPS,
    rowLabels: labels,
    // Scaled by the training rows, their mean is 0.
    baseline: {
      name: "mean",
      metrics: scoreForecast({ target }, { logits: new Float32Array(lastRows.length), rows: lastRows }),
    },
    notes: [],
  };
}

/** The first test wave, scaled. */
function thumbnail({ input, probes }: Dataset): Thumbnail {
  const { start = 0, length = 0 } = probes[0] ?? {};
  return { kind: "line", values: Float32Array.from(input.rows.subarray(start, start + length)) };
}

/** The built-in regression without any meaning but its own. */
export const noisyWaves: TaskDefinition = {
  name: "noisy-waves",
  preset,
  sources: [],
  head: null,
  scoredSteps: "last",
  load,
  thumbnail,
  score: scoreForecast,
};
