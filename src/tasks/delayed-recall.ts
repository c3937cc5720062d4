/**
 * Delayed recall: a symbol is shown, then come distractors, then a cue at which the symbol must be named. The lag is the
 * distance from the symbol to the cue. Chance is 1 / symbols for whoever does not carry the symbol through. Sequences are
 * drawn from the run's seed; those that validate and test do not occur in training (where enough different ones exist).
 */
import { InputError } from "../core/errors.ts";
import type { Experiment } from "../core/experiment.ts";
import { STREAM, uniformInteger } from "../core/rng.ts";
import type { Dataset, TaskDefinition, Thumbnail } from "../core/task.ts";
import { USUAL_TRAINING } from "../core/usual-training.ts";
import { obeyRules } from "./obey-rules.ts";
import { chanceOf, scoreAccuracy } from "./symbols.ts";

/** The first S of these are the symbols to remember; 64, the most that the schema allows. */
const SYMBOLS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const DISTRACTORS = ["·", "-"] as const;
const CUE = "?";
const TRAINING_SEQUENCES = 4096;
const HELD_OUT_SEQUENCES = 256;
/** Bounds the training rows of long lags: at lag 1,024 there are 511 sequences, drawn in half a second. */
const MAXIMUM_TRAINING_ROWS = 2 ** 19;
const PROBES = 8;
const TITLE_SYMBOLS = 24;
/** Redraws of a held-out sequence that training already has; short lags may not have enough different ones. */
const REDRAWS = 32;
/** From this lag on the recurrent cell stays at chance unless it starts out remembering (docs/equations.md). */
const LONG_LAG = 32;

/** The preset at another lag: the window follows, and a long lag starts with initial memory 1. */
export function recallPreset(lag: number): Experiment {
  return {
    version: 1,
    task: { name: "delayed-recall", symbols: 4, lag },
    model: {
      layers: [{ cell: "gru", reset: "after", activation: "tanh", units: 32 }],
      head: "last",
      initialMemory: lag >= LONG_LAG ? 1 : 0,
    },
    training: {
      ...USUAL_TRAINING,
      learningRate: 0.01,
      clipNorm: 1,
      batch: 32,
      length: lag + 1,
      evaluateEvery: 20,
    },
    seed: 1,
  };
}

/** What fixes the drawing of sequences. */
interface Draw {
  readonly seed: number;
  readonly symbols: number;
  readonly lag: number;
}

/** Writes sequence number `i` into ids [lag + 1]: symbol, lag − 1 distractors, cue. */
function drawSequence({ seed, symbols, lag }: Draw, i: number, ids: Uint32Array): void {
  const key = { seed, stream: STREAM.task, step: i, index: 0 };
  ids[0] = uniformInteger(key, symbols);
  for (let t = 1; t < lag; t++) ids[t] = symbols + uniformInteger({ ...key, index: t }, DISTRACTORS.length);
  ids[lag] = symbols + DISTRACTORS.length;
}

/** Rows of the training sequences, then of the held-out ones; `repeated` counts those of the latter that training has too. */
function drawSequences(draw: Draw, training: number): { rows: Uint32Array<ArrayBuffer>; repeated: number } {
  const length = draw.lag + 1;
  const rows = new Uint32Array((training + 2 * HELD_OUT_SEQUENCES) * length);
  const sequence = (i: number) => rows.subarray(i * length, (i + 1) * length);
  const seen = new Set<string>();
  for (let i = 0; i < training; i++) {
    drawSequence(draw, i, sequence(i));
    seen.add(sequence(i).join());
  }
  let repeated = 0;
  for (let i = 0; i < 2 * HELD_OUT_SEQUENCES; i++) {
    const ids = sequence(training + i);
    let attempt = 0;
    do drawSequence(draw, training + i * REDRAWS + attempt++, ids);
    while (attempt < REDRAWS && seen.has(ids.join()));
    if (seen.has(ids.join())) repeated++;
  }
  return { rows, repeated };
}

async function load(experiment: Experiment): Promise<Dataset> {
  const { task, seed } = experiment;
  if (task.name !== "delayed-recall") {
    throw new InputError("experiment-invalid", { path: "task.name", expected: "delayed-recall", actual: task.name });
  }
  obeyRules(experiment);
  const length = task.lag + 1;
  const training = Math.min(TRAINING_SEQUENCES, Math.floor(MAXIMUM_TRAINING_ROWS / length));
  const { rows, repeated } = drawSequences({ seed, symbols: task.symbols, lag: task.lag }, training);
  const labels = [...SYMBOLS.slice(0, task.symbols)];
  const starts = (first: number, end: number) =>
    Uint32Array.from({ length: end - first }, (_, i) => (first + i) * length);
  const testFirst = training + HELD_OUT_SEQUENCES;
  const end = testFirst + HELD_OUT_SEQUENCES;
  const vocabulary = [...labels, ...DISTRACTORS, CUE];
  return {
    task: "delayed-recall",
    input: { kind: "tokens", rows, vocabulary, boundary: null },
    // The symbol stands as target at every step of its sequence; the head answers at the last one only.
    target: { kind: "classes", rows: rows.map((_, row) => rows[row - (row % length)] ?? 0), labels },
    mask: new Float32Array(rows.length).fill(1),
    length,
    windows: {
      train: starts(0, training),
      validation: starts(training, testFirst),
      test: starts(testFirst, end),
    },
    probes: Array.from({ length: PROBES }, (_, i) => {
      const start = (testFirst + i) * length;
      const shown = rows.slice(start, start + Math.min(length, TITLE_SYMBOLS));
      return { title: Array.from(shown, (id) => vocabulary[id]).join(""), start, length };
    }),
    probeLength: length,
    rowLabels: null,
    baseline: { name: "chance", metrics: chanceOf(task.symbols) },
    notes: repeated > 0 ? [{ key: "recall-repeats", numbers: { repeated, heldOut: 2 * HELD_OUT_SEQUENCES } }] : [],
  };
}

/** One test sequence. */
function thumbnail({ input, windows, length }: Dataset): Thumbnail {
  const start = windows.test[0] ?? 0;
  const ids = Uint32Array.from(input.rows.slice(start, start + length));
  return { kind: "symbols", ids, count: input.kind === "tokens" ? input.vocabulary.length : 0 };
}

/** The built-in task that shows what gates are for. */
export const delayedRecall: TaskDefinition = {
  name: "delayed-recall",
  preset: recallPreset(16),
  sources: [],
  head: "last",
  scoredSteps: "last",
  load,
  thumbnail,
  score: scoreAccuracy,
};
