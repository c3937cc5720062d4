/**
 * Embedded Reber grammar: predict the next symbol of strings that a small automaton spells (Reber 1967; embedded by
 * Hochreiter & Schmidhuber 1997). Most steps leave two symbols to choose from, but the last T or P repeats the second symbol
 * of the string, which has to be carried through all that comes between. A window is one string behind the boundary symbol,
 * padded and masked. The seed shuffles all strings of the grammar up to a length; each stands in one part only, so those
 * that validate and test never occur in training.
 */
import type { Experiment } from "../core/experiment.ts";
import { permute, STREAM } from "../core/rng.ts";
import type { DataSource, Dataset, TaskDefinition } from "../core/task.ts";
import { LONGEST_STRING } from "../core/task-rules.ts";
import { USUAL_TRAINING } from "../core/usual-training.ts";
import { obeyRules } from "./obey-rules.ts";
import { datasetOfStrings, thumbnailOfStrings } from "./strings.ts";
import { scoreSymbols } from "./symbols.ts";

const STEPS = LONGEST_STRING + 1;
const VOCABULARY: readonly string[] = ["·", "B", "T", "P", "S", "X", "V", "E"];
/** Id of "·". */
const BOUNDARY = 0;
const HELD_OUT_STRINGS = 256;
const PROBES = 8;
const THUMBNAIL_STRINGS = 3;

/** Reber's automaton: what each state may spell and where that leads. A string of it ends at `END`. */
const WAYS: readonly (readonly { readonly symbol: string; readonly to: number }[])[] = [
  [
    { symbol: "T", to: 1 },
    { symbol: "P", to: 2 },
  ],
  [
    { symbol: "S", to: 1 },
    { symbol: "X", to: 3 },
  ],
  [
    { symbol: "T", to: 2 },
    { symbol: "V", to: 4 },
  ],
  [
    { symbol: "X", to: 2 },
    { symbol: "S", to: 5 },
  ],
  [
    { symbol: "P", to: 3 },
    { symbol: "V", to: 5 },
  ],
];
const END = WAYS.length;

const preset: Experiment = {
  version: 1,
  task: { name: "reber-grammar" },
  model: {
    layers: [{ cell: "gru", reset: "after", activation: "tanh", units: 24 }],
    head: "every",
    initialMemory: 0,
  },
  training: { ...USUAL_TRAINING, learningRate: 0.01, clipNorm: 1, batch: 32, length: STEPS, evaluateEvery: 20 },
  seed: 1,
};

const sources: readonly DataSource[] = [
  {
    title: "Embedded Reber grammar (Hochreiter & Schmidhuber, Long Short-Term Memory, Neural Computation 9(8), 1997)",
    url: "https://doi.org/10.1162/neco.1997.9.8.1735",
    licence: "none needed: the strings are computed here",
    about: "All strings of the grammar up to 24 symbols. The grammar itself: Reber, 1967.",
  },
];

/** Every way to reach the end from `state` in at most `room` symbols. */
function endings(state: number, room: number): readonly string[] {
  if (state === END) return [""];
  if (room === 0) return [];
  return (WAYS[state] ?? []).flatMap(({ symbol, to }) => endings(to, room - 1).map((rest) => symbol + rest));
}

/** All strings of the embedded grammar up to `longest` symbols: B T (B … E) T E, and the same with P. */
export function embeddedReberStrings(longest: number): readonly string[] {
  const frame = "BTBETE".length;
  return ["T", "P"].flatMap((carried) =>
    endings(0, longest - frame).map((inner) => `B${carried}B${inner}E${carried}E`),
  );
}

/** The strings in the order of the seed: first those that train, then those that validate, last those that test. */
function stringsInOrder(seed: number): readonly string[] {
  const strings = embeddedReberStrings(LONGEST_STRING);
  const key = { seed, stream: STREAM.task, epoch: 0 };
  return strings.map((_, i) => strings[permute(i, strings.length, key)] ?? "");
}

async function load(experiment: Experiment): Promise<Dataset> {
  obeyRules(experiment);
  return datasetOfStrings({
    task: "reber-grammar",
    strings: stringsInOrder(experiment.seed),
    ...{ vocabulary: VOCABULARY, boundary: BOUNDARY, steps: STEPS, heldOut: HELD_OUT_STRINGS, probes: PROBES },
  });
}

/** The built-in task on an artificial grammar. */
export const reberGrammar: TaskDefinition = {
  name: "reber-grammar",
  preset,
  sources,
  head: "every",
  scoredSteps: "every",
  load,
  thumbnail: (dataset) => thumbnailOfStrings(dataset, THUMBNAIL_STRINGS),
  score: scoreSymbols,
};
