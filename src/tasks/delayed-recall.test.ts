/** Recall sequences: their form at any lag and alphabet, fresh held-out ones, and the refusals. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseExperiment } from "../core/experiment.ts";
import { delayedRecall, recallPreset } from "./delayed-recall.ts";

const withSymbols = (lag: number, symbols: number, seed = 1) => {
  const preset = recallPreset(lag);
  return { ...preset, seed, task: { name: "delayed-recall" as const, symbols, lag } };
};

async function sequencesAt(lag: number, symbols: number, seed = 1) {
  const dataset = await delayedRecall.load(withSymbols(lag, symbols, seed), null);
  const { input, target, length, windows } = dataset;
  if (input.kind !== "tokens" || target.kind !== "classes") throw new Error("wrong kinds");
  const read = (starts: Uint32Array) => Array.from(starts, (start) => [...input.rows.slice(start, start + length)]);
  return {
    dataset,
    vocabulary: input.vocabulary,
    target,
    train: read(windows.train),
    validation: read(windows.validation),
    testing: read(windows.test),
  };
}

describe("a sequence", () => {
  test("is a symbol, distractors and the cue, and its answer is the symbol", async () => {
    const cases = fc.asyncProperty(
      fc.integer({ min: 1, max: 20 }),
      fc.integer({ min: 2, max: 64 }),
      async (lag, symbols) => {
        const { dataset, vocabulary, target, train, validation, testing } = await sequencesAt(lag, symbols);
        expect(new Set(vocabulary).size).toBe(symbols + 3);
        expect(target.labels).toEqual(vocabulary.slice(0, symbols));
        expect(dataset.length).toBe(lag + 1);
        const texts = [...train, ...validation, ...testing].map((ids) => ids.map((id) => vocabulary[id]).join(""));
        expect(texts.filter((text) => !/^[A-Za-z0-9+/][·-]*\?$/.test(text))).toEqual([]);
        expect(Math.max(...train.map(([symbol = -1]) => symbol))).toBe(symbols - 1);
        const answers = Array.from(dataset.windows.test, (start) => target.rows[start + lag]);
        expect(answers).toEqual(testing.map((ids) => ids[0]));
      },
    );
    await fc.assert(cases, { numRuns: 5 });
  });

  test("stays within the bound of rows at the longest lag", async () => {
    const { windows, mask } = await delayedRecall.load(withSymbols(1024, 2), null);
    expect(windows.train.length * 1025).toBeLessThanOrEqual(2 ** 19);
    expect(windows.train.length).toBeGreaterThan(500);
    expect(mask).toHaveLength((windows.train.length + windows.validation.length + windows.test.length) * 1025);
  });
});

describe("held-out sequences", () => {
  test("do not occur in training at the preset's lag", async () => {
    const { dataset, train, validation, testing } = await sequencesAt(16, 4);
    const known = new Set(train.map(String));
    expect([...validation, ...testing].filter((ids) => known.has(String(ids)))).toEqual([]);
    expect(dataset.notes).toEqual([]);
  });

  test("that must repeat training are counted in a note", async () => {
    const { dataset, train, validation, testing } = await sequencesAt(1, 4);
    const known = new Set(train.map(String));
    const repeated = [...validation, ...testing].filter((ids) => known.has(String(ids))).length;
    expect(repeated).toBeGreaterThan(0);
    expect(dataset.notes).toEqual([{ key: "recall-repeats", numbers: { repeated, heldOut: 512 } }]);
  });

  test("follow the seed", async () => {
    const [first, again, other] = await Promise.all([
      sequencesAt(16, 4, 5),
      sequencesAt(16, 4, 5),
      sequencesAt(16, 4, 6),
    ]);
    expect(again.testing).toEqual(first.testing);
    expect(other.testing).not.toEqual(first.testing);
  });

  test("show every symbol about equally often", async () => {
    const { testing } = await sequencesAt(16, 4);
    for (let symbol = 0; symbol < 4; symbol++) {
      const count = testing.filter(([first]) => first === symbol).length;
      expect(Math.abs(count - testing.length / 4)).toBeLessThan(5 * Math.sqrt((testing.length * 3) / 16)); // five deviations
    }
  });
});

test("scores count right answers; chance is one in as many as there are symbols", async () => {
  const { dataset, testing } = await sequencesAt(16, 4);
  const rows = dataset.windows.test.map((start) => start + 16);
  const logits = new Float32Array(rows.length * 4);
  testing.forEach(([symbol = 0], i) => {
    logits[i * 4 + (i % 4 === 3 ? (symbol + 1) % 4 : symbol)] = 1; // every fourth answer is wrong
  });
  expect(delayedRecall.score(dataset, { logits, rows })).toEqual({ accuracy: 0.75 });
  expect(dataset.baseline).toEqual({ name: "chance", metrics: { accuracy: 0.25 } });
});

describe("presets", () => {
  test("are valid, and a long lag starts out remembering", () => {
    expect(parseExperiment(delayedRecall.preset)).toMatchObject({ ok: true });
    expect(recallPreset(16).model.initialMemory).toBe(0);
    expect(recallPreset(32).model.initialMemory).toBe(1);
    expect(recallPreset(32).training.length).toBe(33);
  });

  test.each([
    ["model.head", { ...recallPreset(16), model: { ...recallPreset(16).model, head: "every" as const } }, "last"],
    ["training.length", { ...recallPreset(16), training: recallPreset(20).training }, 17],
  ])("with another %s are refused", async (path, experiment, expected) => {
    await expect(delayedRecall.load(experiment, null)).rejects.toMatchObject({
      code: "experiment-invalid",
      details: { path, expected },
    });
  });
});

test("probes and thumbnail are test sequences", async () => {
  const { dataset, testing } = await sequencesAt(16, 4);
  expect(dataset.probes.map(({ start }) => start)).toEqual([...dataset.windows.test.slice(0, 8)]);
  expect(delayedRecall.thumbnail(dataset)).toEqual({
    kind: "symbols",
    ids: Uint32Array.from(testing[0] ?? []),
    count: 7,
  });
});

test("carried state is refused: every window is a sequence of its own", async () => {
  const { stream } = await delayedRecall.load(recallPreset(16), null);
  expect(stream).toBeUndefined();
  const carried = { ...recallPreset(16), training: { ...recallPreset(16).training, state: "carried" as const } };
  await expect(delayedRecall.load(carried, null)).rejects.toMatchObject({
    code: "experiment-invalid",
    details: { path: "training.state", actual: "carried" },
  });
});
