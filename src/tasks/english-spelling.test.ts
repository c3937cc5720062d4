/** The words, their rows and the bigram baseline, against the package itself and a brute-force count. */
import { dictionary } from "cmu-pronouncing-dictionary";
import { describe, expect, test } from "vitest";
import { parseExperiment } from "../core/experiment.ts";
import { englishSpelling } from "./english-spelling.ts";

const preset = englishSpelling.preset ?? expect.fail("no preset");
const dataset = await englishSpelling.load(preset, null);
const { input, target, mask, length, windows } = dataset;
if (input.kind !== "tokens" || target.kind !== "classes") throw new Error("wrong kinds");
const { vocabulary } = input;
const { labels } = target;

/** The word of a window as its inputs spell it. */
function inputWord(start: number): string {
  const ids = input.rows.slice(start + 1, start + length);
  return Array.from(ids, (id) => (id === 0 ? "" : vocabulary[id])).join("");
}
/** The word of a window as its unmasked targets spell it, closed by the boundary. */
function targetWord(start: number): string {
  const rows = Array.from({ length }, (_, t) => start + t).filter((row) => mask[row] === 1);
  return rows.map((row) => labels[target.rows[row] ?? -1]).join("");
}
const wordsOf = (starts: Uint32Array): string[] => Array.from(starts, inputWord);
const train = wordsOf(windows.train);
const validation = wordsOf(windows.validation);
const testing = wordsOf(windows.test);

describe("the words", () => {
  test("are the 116,868 of the dictionary with 2 to 14 letters, each once", () => {
    const expected = Object.keys(dictionary).filter((key) => /^[a-z]{2,14}$/.test(key));
    expect(expected).toHaveLength(116_868);
    const all = [...train, ...validation, ...testing];
    expect(all.sort().join() === expected.sort().join()).toBe(true); // as one text: a difference would be too long to print
  });

  test("come in as boundary and letters, and go out as letters and boundary", () => {
    for (const start of [...windows.train.slice(0, 500), ...windows.validation, ...windows.test]) {
      expect(input.rows[start]).toBe(input.boundary);
      expect(targetWord(start)).toBe(`${inputWord(start)}·`);
    }
  });

  test("are split without regard to the run's seed", async () => {
    const other = await englishSpelling.load({ ...preset, seed: 7 }, null);
    expect(other.input.rows.every((id, row) => id === input.rows[row])).toBe(true);
    expect(other.windows.validation).toEqual(windows.validation);
  });
});

test("the baseline is an add-one bigram model counted over the training words: about 13.2", () => {
  const pairs = new Map<string, number>();
  const singles = new Map<string, number>();
  for (const word of train) {
    const symbols = `·${word}·`;
    for (let i = 0; i + 1 < symbols.length; i++) {
      const from = symbols.charAt(i);
      const pair = symbols.slice(i, i + 2);
      pairs.set(pair, (pairs.get(pair) ?? 0) + 1);
      singles.set(from, (singles.get(from) ?? 0) + 1);
    }
  }
  const judged = validation.flatMap((word) => [...`·${word}`].map((from, i) => from + `${word}·`.charAt(i)));
  const logarithms = judged.map((pair) =>
    Math.log(((pairs.get(pair) ?? 0) + 1) / ((singles.get(pair.charAt(0)) ?? 0) + vocabulary.length)),
  );
  const perplexity = Math.exp(-logarithms.reduce((sum, value) => sum + value, 0) / judged.length);
  expect(dataset.baseline).toMatchObject({ name: "bigram" });
  expect(dataset.baseline.metrics.perplexity).toBeCloseTo(perplexity, 9);
  expect(Math.abs(perplexity - 13.2)).toBeLessThan(0.3); // the held-out words are a sample
});

describe("scores", () => {
  const rows = Uint32Array.from(windows.test.slice(0, 20), (start) => start);
  test("equal logits have the size of the vocabulary as perplexity", () => {
    const logits = new Float32Array(rows.length * vocabulary.length).fill(90);
    expect(englishSpelling.score(dataset, { logits, rows }).perplexity).toBeCloseTo(vocabulary.length, 4);
  });

  test("certainty of the right symbol has perplexity 1, of a wrong one much more", () => {
    const logits = new Float32Array(rows.length * vocabulary.length);
    rows.forEach((row, i) => {
      logits[i * vocabulary.length + (target.rows[row] ?? 0)] = 30;
    });
    expect(englishSpelling.score(dataset, { logits, rows }).perplexity).toBeCloseTo(1, 6);
    const shifted = logits.map((_, i) => logits[(i + 1) % logits.length] ?? 0);
    expect(englishSpelling.score(dataset, { logits: shifted, rows }).perplexity).toBeGreaterThan(1e6);
  });
});

test("probes are words that test, with a step for each letter and one for the boundary", () => {
  for (const { title, start, length: steps } of dataset.probes) {
    expect(testing).toContain(title);
    expect(inputWord(start)).toBe(title);
    expect(steps).toBe(title.length + 1);
    expect(mask[start + steps - 1]).toBe(1);
  }
});

test("an experiment with another window or head is refused with the numbers", async () => {
  expect(parseExperiment(preset)).toMatchObject({ ok: true });
  const longer = { ...preset, training: { ...preset.training, length: 20 } };
  await expect(englishSpelling.load(longer, null)).rejects.toMatchObject({
    code: "experiment-invalid",
    details: { path: "training.length", expected: 15, actual: 20 },
  });
  const last = { ...preset, model: { ...preset.model, head: "last" as const } };
  await expect(englishSpelling.load(last, null)).rejects.toMatchObject({
    code: "experiment-invalid",
    details: { path: "model.head", expected: "every", actual: "last" },
  });
});

test("carried state is refused: every window is a sequence of its own", async () => {
  const { stream } = await englishSpelling.load(preset, null);
  expect(stream).toBeUndefined();
  const carried = { ...preset, training: { ...preset.training, state: "carried" as const } };
  await expect(englishSpelling.load(carried, null)).rejects.toMatchObject({
    code: "experiment-invalid",
    details: { path: "training.state", actual: "carried" },
  });
});
