/**
 * A model of the characters of the user's own text. A character is a Unicode code point; the vocabulary is taken from the
 * whole text, and at 4,096 symbols the rarest give way to □. The beginning trains, the end validates and tests.
 */
import { InputError } from "../core/errors.ts";
import type { Experiment } from "../core/experiment.ts";
import type { Dataset, OwnData, ProbeChoice, TaskDefinition, Thumbnail } from "../core/task.ts";
import { MAXIMUM_TRAINING_WINDOWS, type Range, splitInTime, streamRows, windowStarts } from "./chronological.ts";
import { obeyRules } from "./obey-rules.ts";
import { bigramPerplexity, metricsOfPerplexity, scoreSymbols } from "./symbols.ts";

/** Largest vocabulary, □ included. */
const MAXIMUM_SYMBOLS = 4096;
/** Stands for every character that the vocabulary has no room for. */
const REPLACEMENT = "□";
const HELD_OUT_SHARE = 0.1;
const HELD_OUT_WINDOWS = 128;
const PROBES = 5;
const SHORTEST_PROBE_CAPACITY = 64;
const TITLE_CHARACTERS = 24;
const THUMBNAIL_WORDS = 6;

/** Characters by falling frequency (ties by code point), and how many had to give way to □. */
interface Vocabulary {
  readonly symbols: readonly string[];
  readonly replacedKinds: number;
  readonly replacedCharacters: number;
}

/** The vocabulary of a text: all its characters, or the 4,095 most frequent and □. */
export function vocabularyOf(characters: readonly string[]): Vocabulary {
  const counts = new Map<string, number>();
  for (const character of characters) counts.set(character, (counts.get(character) ?? 0) + 1);
  const ordered = [...counts].sort(([a, m], [b, n]) => n - m || (a.codePointAt(0) ?? 0) - (b.codePointAt(0) ?? 0));
  if (ordered.length <= MAXIMUM_SYMBOLS) {
    return { symbols: ordered.map(([character]) => character), replacedKinds: 0, replacedCharacters: 0 };
  }
  const candidates = ordered.filter(([character]) => character !== REPLACEMENT);
  const replaced = candidates.slice(MAXIMUM_SYMBOLS - 1);
  return {
    symbols: [...candidates.slice(0, MAXIMUM_SYMBOLS - 1).map(([character]) => character), REPLACEMENT],
    replacedKinds: replaced.length,
    replacedCharacters: replaced.reduce((sum, [, count]) => sum + count, 0),
  };
}

function probesOf(characters: readonly string[], test: Range, capacity: number): ProbeChoice[] {
  const rows = test.end - test.first - 1;
  const length = Math.min(rows, capacity);
  const room = rows - length;
  const offsets = new Set(Array.from({ length: PROBES }, (_, i) => Math.floor((room * i) / (PROBES - 1))));
  return Array.from(offsets, (offset) => {
    const start = test.first + offset;
    const title = characters
      .slice(start, start + TITLE_CHARACTERS)
      .join("")
      .replaceAll("\n", "⏎");
    return { title, start, length };
  });
}

async function load(experiment: Experiment, own: OwnData | null): Promise<Dataset> {
  if (own?.kind !== "text") throw new InputError("data-missing", { task: "own-text" });
  obeyRules(experiment);
  const { length } = experiment.training;
  const characters = Array.from(own.text);
  const parts = splitInTime(characters.length, length, HELD_OUT_SHARE, "characters");
  const { symbols, replacedKinds, replacedCharacters } = vocabularyOf(characters);
  const idOf = new Map(symbols.map((symbol, id) => [symbol, id]));
  const ids = Uint32Array.from(characters, (character) => idOf.get(character) ?? symbols.length - 1);
  const rows = { input: ids.slice(0, -1), target: ids.slice(1), mask: new Float32Array(ids.length - 1).fill(1) };
  const judged = { first: parts.validation.first, end: parts.validation.end - 1 };
  const fitted = { first: parts.train.first, end: parts.train.end - 1 };
  const perplexity = bigramPerplexity({ ...rows, symbols: symbols.length }, fitted, judged);
  const probeLength = Math.max(length, SHORTEST_PROBE_CAPACITY);
  return {
    task: "own-text",
    input: { kind: "tokens", rows: rows.input, vocabulary: symbols, boundary: null },
    target: { kind: "classes", rows: rows.target, labels: symbols },
    mask: rows.mask,
    length,
    windows: {
      train: windowStarts(parts.train, length, MAXIMUM_TRAINING_WINDOWS),
      validation: windowStarts(parts.validation, length, HELD_OUT_WINDOWS),
      test: windowStarts(parts.test, length, HELD_OUT_WINDOWS),
    },
    stream: streamRows(parts.train),
    probes: probesOf(characters, parts.test, probeLength),
    probeLength,
    rowLabels: null,
    baseline: { name: "bigram", metrics: metricsOfPerplexity(perplexity) },
    notes: replacedKinds > 0 ? [{ key: "replaced-symbols", numbers: { replacedKinds, replacedCharacters } }] : [],
  };
}

/** The first words of the text. */
function thumbnail({ input }: Dataset): Thumbnail {
  if (input.kind !== "tokens") return { kind: "words", words: [] };
  const start = Array.from(input.rows.slice(0, 256), (id) => input.vocabulary[id] ?? "").join("");
  return {
    kind: "words",
    words: start
      .split(/\s+/)
      .filter((word) => word !== "")
      .slice(0, THUMBNAIL_WORDS),
  };
}

/** Characters of a text that the user opens or pastes. */
export const ownText: TaskDefinition = {
  name: "own-text",
  preset: null,
  sources: [],
  head: "every",
  scoredSteps: "every",
  load,
  thumbnail,
  score: scoreSymbols,
};
