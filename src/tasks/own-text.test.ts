/** A user's text as rows: vocabulary, □, split, baseline, and what is refused. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Experiment } from "../core/experiment.ts";
import { USUAL_OPTIMIZERS } from "../core/optimizer-choice.ts";
import { USUAL_TRAINING } from "../core/usual-training.ts";
import { ownText, vocabularyOf } from "./own-text.ts";

const experiment = (length: number): Experiment => ({
  version: 1,
  task: { name: "own-text", file: { name: "a.txt", bytes: 1, sha256: "0".repeat(64) } },
  model: { layers: [{ cell: "gru", reset: "after", activation: "tanh", units: 4 }], head: "every", initialMemory: 0 },
  training: {
    ...USUAL_TRAINING,
    optimizer: USUAL_OPTIMIZERS.sgd,
    learningRate: 0.1,
    clipNorm: null,
    batch: 1,
    length,
    evaluateEvery: 1,
  },
  seed: 1,
});
const load = (text: string, length: number) => ownText.load(experiment(length), { kind: "text", text });

const RHYME = "Twinkle, twinkle, little star,\nhow I wonder what you are! ⭐\n".repeat(20);

describe("the rows", () => {
  test("read back as the text, and each target is the next character", async () => {
    const { input, target } = await load(RHYME, 20);
    if (input.kind !== "tokens" || target.kind !== "classes") expect.fail("wrong kinds");
    const characters = Array.from(RHYME);
    expect(Array.from(input.rows, (id) => input.vocabulary[id])).toEqual(characters.slice(0, -1));
    expect(Array.from(target.rows, (id) => target.labels[id])).toEqual(characters.slice(1));
  });

  test("are split in time: no window sees another part's characters, last target included", async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 50 }), fc.nat(400), async (length, more) => {
        const characters = 3 * (length + 1) + more;
        const { windows, stream } = await load("ab".repeat(characters).slice(0, characters), length);
        const lastMoment = (starts: Uint32Array) => Math.max(...starts) + length;
        expect(lastMoment(windows.train)).toBeLessThan(Math.min(...windows.validation));
        expect(lastMoment(windows.validation)).toBeLessThan(Math.min(...windows.test));
        expect(lastMoment(windows.test)).toBeLessThan(characters);
        // State is carried over the rows of the training windows and no others.
        expect(stream).toEqual({ first: Math.min(...windows.train), end: lastMoment(windows.train) });
      }),
    );
  });
});

describe("the vocabulary", () => {
  test("holds every character, the frequent first", () => {
    expect(vocabularyOf(Array.from("banana⭐")).symbols).toEqual(["a", "n", "b", "⭐"]);
  });

  test("replaces the rarest beyond 4,096 by □ and says how many", async () => {
    const kinds = Array.from({ length: 5000 }, (_, i) => String.fromCodePoint(0x4e00 + i));
    const text = [...kinds, ...kinds.slice(0, 4095)].join(""); // 905 characters occur once only
    const dataset = await load(text, 10);
    const { input } = dataset;
    if (input.kind !== "tokens") expect.fail("wrong kind");
    expect(input.vocabulary).toHaveLength(4096);
    expect(input.vocabulary.at(-1)).toBe("□");
    expect(dataset.notes).toEqual([
      { key: "replaced-symbols", numbers: { replacedKinds: 905, replacedCharacters: 905 } },
    ]);
    expect(input.vocabulary[input.rows[4999] ?? -1]).toBe("□");
    expect(input.vocabulary[input.rows[4094] ?? -1]).toBe(kinds[4094]);
  });

  test("never holds □ twice, also when the text has it", () => {
    const kinds = Array.from({ length: 4200 }, (_, i) => String.fromCodePoint(0x4e00 + i));
    const { symbols, replacedKinds } = vocabularyOf(["□", "□", "□", ...kinds]);
    expect(symbols.filter((symbol) => symbol === "□")).toHaveLength(1);
    expect(symbols).toHaveLength(4096);
    expect(replacedKinds).toBe(4200 - 4095);
  });
});

test("the bigram baseline knows text that repeats two letters", async () => {
  const text = "ab".repeat(500);
  const dataset = await load(text, 10);
  // 800 characters train: 799 pairs, 400 times "ab" and 399 times "ba"; validation is 99 pairs, 50 "ab" and 49 "ba".
  const surprise = -(50 * Math.log(401 / 402) + 49 * Math.log(400 / 401)) / 99;
  expect(dataset.baseline.metrics.perplexity).toBeCloseTo(Math.exp(surprise), 12);
});

test("probes are held out and fit the probe", async () => {
  const dataset = await load(RHYME, 20);
  const firstTest = Math.min(...dataset.windows.test);
  const characters = Array.from(RHYME);
  expect(dataset.probes.length).toBeGreaterThan(1);
  for (const { title, start, length } of dataset.probes) {
    expect(start).toBeGreaterThanOrEqual(firstTest);
    expect(length).toBeLessThanOrEqual(dataset.probeLength);
    expect(start + length).toBeLessThan(characters.length);
    expect(title.replaceAll("⏎", "\n")).toBe(characters.slice(start, start + 24).join(""));
  }
});

describe("what is refused", () => {
  test("a text that does not hold three windows", async () => {
    await expect(load("too short", 10)).rejects.toMatchObject({
      code: "data-too-short",
      details: { reason: "characters", rows: 9, needed: 33, length: 10 },
    });
  });

  test("an experiment without its file", async () => {
    await expect(ownText.load(experiment(10), null)).rejects.toMatchObject({ code: "data-missing" });
  });
});
