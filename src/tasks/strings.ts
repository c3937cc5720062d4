/**
 * What the tasks on separate strings share: a string becomes one window behind a boundary symbol, padded and masked, and
 * the list of strings is cut into those that train, those that validate and those that test.
 */
import { ContractError } from "../core/errors.ts";
import type { Dataset, Thumbnail } from "../core/task.ts";
import { bigramPerplexity, metricsOfPerplexity, type SymbolRows } from "./symbols.ts";

/** How strings are written as windows. */
export interface StringLayout {
  readonly vocabulary: readonly string[];
  /** Id of the symbol that opens every string and, as a target, closes it. */
  readonly boundary: number;
  /** Rows of a window: one more than the symbols of the longest string. */
  readonly steps: number;
}

/**
 * Each string as a window of `steps` rows: the boundary and the symbols go in, the symbols and the boundary come out, and
 * what is left of the window is masked. A symbol outside the vocabulary is a fault of the task.
 */
function rowsOfStrings(strings: readonly string[], { vocabulary, boundary, steps }: StringLayout): SymbolRows {
  const input = new Uint32Array(strings.length * steps).fill(boundary);
  const target = new Uint32Array(strings.length * steps).fill(boundary);
  const mask = new Float32Array(strings.length * steps);
  const ids = new Map(vocabulary.map((symbol, id) => [symbol, id]));
  strings.forEach((string, index) => {
    for (let t = 0; t <= string.length; t++) {
      const row = index * steps + t;
      mask[row] = 1;
      if (t === string.length) break; // the target is the boundary
      const symbol = string.charAt(t);
      const id = ids.get(symbol);
      if (id === undefined) throw new ContractError({ operation: "rows", tensor: "input" }, "a known symbol", symbol);
      target[row] = id;
      input[row + 1] = id;
    }
  });
  return { input, target, mask, symbols: vocabulary.length };
}

/** Strings in the order of their parts, and how many of them validate and as many test. */
export interface StringParts extends StringLayout {
  readonly task: Dataset["task"];
  readonly strings: readonly string[];
  readonly heldOut: number;
  /** Strings that test and can be picked as probe. */
  readonly probes: number;
}

/** The dataset of the strings; what a bigram model reaches is told beside it. */
export function datasetOfStrings(parts: StringParts): Dataset {
  const { task, strings, vocabulary, boundary, steps, heldOut } = parts;
  const rows = rowsOfStrings(strings, parts);
  const validationFirst = strings.length - 2 * heldOut;
  const testFirst = strings.length - heldOut;
  const starts = (first: number, end: number) =>
    Uint32Array.from({ length: end - first }, (_, i) => (first + i) * steps);
  const perplexity = bigramPerplexity(
    rows,
    { first: 0, end: validationFirst * steps },
    { first: validationFirst * steps, end: testFirst * steps },
  );
  return {
    task,
    input: { kind: "tokens", rows: rows.input, vocabulary, boundary },
    target: { kind: "classes", rows: rows.target, labels: vocabulary },
    mask: rows.mask,
    length: steps,
    windows: {
      train: starts(0, validationFirst),
      validation: starts(validationFirst, testFirst),
      test: starts(testFirst, strings.length),
    },
    probes: strings.slice(testFirst, testFirst + parts.probes).map((string, i) => ({
      title: string,
      start: (testFirst + i) * steps,
      length: string.length + 1,
    })),
    probeLength: steps,
    rowLabels: null,
    // On the validation strings, because the page shows it beside the perplexity of the validation loss.
    baseline: { name: "bigram", metrics: metricsOfPerplexity(perplexity) },
    notes: [],
  };
}

/** The first few strings that test. */
export function thumbnailOfStrings(dataset: Dataset, count: number): Thumbnail {
  return { kind: "words", words: dataset.probes.slice(0, count).map(({ title }) => title) };
}
