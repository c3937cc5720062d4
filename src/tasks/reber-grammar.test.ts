/** The Reber grammar: every string is one, none is left out, and no string stands in two parts. */
import { describe, expect, test } from "vitest";
import { parseExperiment } from "../core/experiment.ts";
import { embeddedReberStrings, reberGrammar } from "./reber-grammar.ts";

const preset = reberGrammar.preset ?? expect.fail("no preset");
const dataset = await reberGrammar.load(preset, null);

/** The automaton as a regular expression; `LOWER` is what may follow once its lower half, state 2, is reached. */
const LOWER = "(?:(?:T*VPX)*T*V(?:V|PS))";
const STRING = new RegExp(`^B([TP])B(?:TS*X(?:X${LOWER}|S)|P${LOWER})E\\1E$`);

/** Symbols that enter at a window's unmasked rows, and what is asked for there. */
function readWindow(start: number) {
  const { input, target, mask, length } = dataset;
  if (input.kind !== "tokens" || target.kind !== "classes") throw new Error("wrong kinds");
  const rows = Array.from({ length }, (_, t) => start + t).filter((row) => mask[row] === 1);
  return {
    read: rows.map((row) => input.vocabulary[input.rows[row] ?? 0]).join(""),
    asked: rows.map((row) => target.labels[target.rows[row] ?? 0]).join(""),
  };
}

describe("the strings", () => {
  test("are the grammar's, the shortest and the count of each length as by hand", () => {
    const strings = embeddedReberStrings(12);
    expect(strings.filter((string) => string.length === 9).toSorted()).toEqual([
      "BPBPVVEPE",
      "BPBTXSEPE",
      "BTBPVVETE",
      "BTBTXSETE",
    ]);
    expect(strings.filter((string) => !STRING.test(string))).toEqual([]);
    expect(new Set(strings).size).toBe(strings.length);
  });

  test("are all that the automaton spells", () => {
    // Ways of each length through the automaton, counted by its transition matrix instead of being spelled.
    const to = [
      [1, 2],
      [1, 3],
      [2, 4],
      [2, 5],
      [3, 5],
    ];
    let ways = [1, 0, 0, 0, 0, 0];
    let expected = 0;
    for (let symbols = 1; symbols <= 24 - 6; symbols++) {
      const next = [0, 0, 0, 0, 0, 0];
      to.forEach((ends, state) => {
        for (const end of ends) next[end] = (next[end] ?? 0) + (ways[state] ?? 0);
      });
      expected += 2 * (next[5] ?? 0);
      ways = next;
    }
    expect(embeddedReberStrings(24)).toHaveLength(expected);
  });
});

describe("the windows", () => {
  const windows = [dataset.windows.train, dataset.windows.validation, dataset.windows.test];
  const parts = windows.map((starts) => Array.from(starts, readWindow));

  test("ask at each step for what comes next, and for the boundary at the end", () => {
    for (const { read, asked } of parts.flat()) {
      expect(read.startsWith("·")).toBe(true);
      expect(asked).toBe(`${read.slice(1)}·`);
      expect(asked.slice(0, -1)).toMatch(STRING);
    }
  });

  test("hold every string once", () => {
    const strings = parts.flat().map(({ read }) => read);
    expect(strings).toHaveLength(embeddedReberStrings(24).length);
    expect(new Set(strings).size).toBe(strings.length);
    expect(parts.slice(1).map(({ length }) => length)).toEqual([256, 256]);
  });

  test("follow the seed", async () => {
    const other = await reberGrammar.load({ ...preset, seed: 2 }, null);
    expect(other.input.rows).not.toEqual(dataset.input.rows);
  });
});

test("the bigram model hesitates between two symbols and more, the preset is valid, the card shows test strings", () => {
  expect(dataset.baseline.metrics.perplexity).toBeGreaterThan(2);
  expect(dataset.baseline.metrics.perplexity).toBeLessThan(8);
  expect(parseExperiment(preset)).toMatchObject({ ok: true });
  const words = dataset.probes.slice(0, 3).map(({ title }) => title);
  expect(reberGrammar.thumbnail(dataset)).toEqual({ kind: "words", words });
  for (const word of words) expect(word).toMatch(STRING);
});
