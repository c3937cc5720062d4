/**
 * How English words are spelled: a model of letters, word by word. A window is one word of 2 to 14 letters: the boundary
 * symbol and the letters go in, the letters and the boundary come out, and what is left of the 15 steps is masked. Which
 * words train, validate and test is fixed, not drawn from the run's seed, so that runs of different seeds can be compared.
 */
import type { Experiment } from "../core/experiment.ts";
import { permute, STREAM } from "../core/rng.ts";
import type { DataSource, Dataset, TaskDefinition } from "../core/task.ts";
import { LONGEST_WORD } from "../core/task-rules.ts";
import { USUAL_TRAINING } from "../core/usual-training.ts";
import { decodeWords } from "./front-coding.ts";
import { obeyRules } from "./obey-rules.ts";
import { datasetOfStrings, thumbnailOfStrings } from "./strings.ts";
import { scoreSymbols } from "./symbols.ts";

const STEPS = LONGEST_WORD + 1;
const BOUNDARY = 0;
const ALPHABET = "abcdefghijklmnopqrstuvwxyz";
const VOCABULARY: readonly string[] = ["·", ...ALPHABET];
/** Any number would do; changing it would make old results incomparable. */
const SPLIT_SEED = 1;
/** Words that validate, and as many that test: about 8,500 symbols, which pins perplexity to ±0.2. */
const HELD_OUT_WORDS = 1024;
const PROBES = 8;
const THUMBNAIL_WORDS = 6;

const preset: Experiment = {
  version: 1,
  task: { name: "english-spelling" },
  model: {
    layers: [{ cell: "gru", reset: "after", activation: "tanh", units: 64 }],
    head: "every",
    initialMemory: 0,
  },
  training: {
    ...USUAL_TRAINING,
    learningRate: 0.01,
    clipNorm: 1,
    batch: 64,
    length: STEPS,
    evaluateEvery: 50,
  },
  seed: 1,
};

const sources: readonly DataSource[] = [
  {
    title: "The CMU Pronouncing Dictionary (cmu-pronouncing-dictionary)",
    url: "https://github.com/cmusphinx/cmudict",
    licence: "BSD-2-Clause (dictionary, Carnegie Mellon University); ISC (package)",
    about: "116,868 words of 2 to 14 letters; their spelling only.",
  },
];

/** Words in the order of their rows: first those that train, then those that validate, last those that test. */
async function wordsInOrder(): Promise<string[]> {
  const { frontCoded } = await import("virtual:english-words");
  const sorted = decodeWords(frontCoded);
  const key = { seed: SPLIT_SEED, stream: STREAM.task, epoch: 0 };
  return sorted.map((_, i) => sorted[permute(i, sorted.length, key)] ?? "");
}

async function load(experiment: Experiment): Promise<Dataset> {
  obeyRules(experiment);
  return datasetOfStrings({
    task: "english-spelling",
    strings: await wordsInOrder(),
    ...{ vocabulary: VOCABULARY, boundary: BOUNDARY, steps: STEPS, heldOut: HELD_OUT_WORDS, probes: PROBES },
  });
}

/** The built-in task on spelling. */
export const englishSpelling: TaskDefinition = {
  name: "english-spelling",
  preset,
  sources,
  head: "every",
  scoredSteps: "every",
  load,
  thumbnail: (dataset) => thumbnailOfStrings(dataset, THUMBNAIL_WORDS),
  score: scoreSymbols,
};
