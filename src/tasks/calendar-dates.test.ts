/** The dates: each exists, each is written as it should be, and none that is held out occurs in training. */
import { describe, expect, test } from "vitest";
import { parseExperiment } from "../core/experiment.ts";
import { calendarDates, datePairs } from "./calendar-dates.ts";

const preset = calendarDates.preset ?? expect.fail("no preset");
const dataset = await calendarDates.load(preset, null);
const pairs = datePairs(preset.seed);

const MONTHS = "January February March April May June July August September October November December".split(" ");

/** Reads a date in any of its writings, by other rules than those that wrote it. */
function readDate(source: string): string {
  const [, digits, dayOfDigits, monthOfDigits] = /^((\d\d?)\.(\d\d?)\.)\d{4}$/.exec(source) ?? [];
  const year = source.slice(-4);
  const name = /[A-Z][a-z]+/.exec(source)?.[0] ?? "";
  const day = digits ? dayOfDigits : /\d+/.exec(source.slice(0, -4))?.[0];
  const month = digits ? monthOfDigits : String(MONTHS.findIndex((full) => full.startsWith(name)) + 1);
  return `${year}-${month?.padStart(2, "0")}-${day?.padStart(2, "0")}`;
}

describe("the pairs", () => {
  test("name one date in two ways, and the date exists", () => {
    for (const { source, answer } of pairs) {
      expect(readDate(source)).toBe(answer);
      // The engine's own calendar takes no 30th of February.
      expect(new Date(`${answer}T00:00:00Z`).toISOString().slice(0, 10)).toBe(answer);
    }
  });

  test("use every writing, and fit their room", () => {
    const shapes = new Set(pairs.map(({ source }) => source.replace(/[A-Za-z]+/, "M").replace(/\d+/g, "9")));
    expect([...shapes].toSorted()).toEqual(["9 M 9", "9.9.9", "M 9, 9"]);
    expect(Math.max(...pairs.map(({ source }) => source.length))).toBe(18);
    expect(pairs.some(({ source }) => source.startsWith("0"))).toBe(true);
    expect(pairs.some(({ source }) => /^\d\./.test(source))).toBe(true);
  });

  test("held out have dates that no training pair has", () => {
    const { train, validation, test: tested } = dataset.windows;
    expect([train.length, validation.length, tested.length]).toEqual([8192, 256, 256]);
    expect(new Set(pairs.map(({ answer }) => answer)).size).toBe(pairs.length);
  });

  test("follow the seed", () => {
    expect(datePairs(1)).toEqual(pairs);
    expect(datePairs(2)[0]).not.toEqual(pairs[0]);
  });
});

describe("the data", () => {
  test("spell source and answer", () => {
    const { input, target, windows, mask, present, length } = dataset;
    if (input.kind !== "tokens" || target.kind !== "classes" || !present) throw new Error("wrong kinds");
    const start = windows.test[0] ?? -1;
    const rows = Array.from({ length }, (_, t) => start + t);
    const source = rows.filter((row) => present[row] === 1).map((row) => input.vocabulary[input.rows[row] ?? 0]);
    const answer = rows.filter((row) => mask[row] === 1).map((row) => target.labels[target.rows[row] ?? 0]);
    const pair = pairs[start / length];
    expect([source.join(""), answer.join("")]).toEqual([pair?.source, `${pair?.answer}·`]);
    expect(dataset.probes[0]?.title).toBe(pair?.source);
  });

  test("have a baseline that knows the hyphens and the end, and no whole date", () => {
    const { metrics } = dataset.baseline;
    expect(metrics.accuracy).toBeGreaterThan(3 / 11);
    expect(metrics.accuracy).toBeLessThan(0.7);
    expect(metrics.wholeAccuracy).toBeLessThan(0.02);
  });
});

describe("the experiment", () => {
  test("is what the schema accepts", () => {
    expect(parseExperiment(preset)).toEqual({ ok: true, experiment: preset });
  });

  test("is refused without a decoder, as others are with one", async () => {
    const { decoder, ...model } = preset.model;
    const missing = calendarDates.load({ ...preset, model }, null);
    await expect(missing).rejects.toMatchObject({ details: { path: "model.decoder", actual: "missing" } });
    expect(decoder).toBeDefined();
  });
});
