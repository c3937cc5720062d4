/** Noisy waves: their form, their parts, and what the page and the score are told about them. */
import { describe, expect, test } from "vitest";
import type { Experiment } from "../core/experiment.ts";
import { parseExperiment } from "../core/experiment.ts";
import type { Dataset } from "../core/task.ts";
import { noisyWaves } from "./noisy-waves.ts";

const preset = noisyWaves.preset ?? expect.fail("no preset");
const withLength = (length: number, seed = 1): Experiment => ({
  ...preset,
  seed,
  training: { ...preset.training, length },
});
const dataset = await noisyWaves.load(withLength(10), null);

/** Values of the waves in their own size, read back from the scaled rows. */
function unscaled({ input, target }: Dataset) {
  if (input.kind !== "features" || target.kind !== "values") throw new Error("wrong kinds");
  const read = ({ rows, columns }: typeof input | typeof target) => {
    const { mean = 0, deviation = 1 } = columns[0]?.scaling ?? {};
    return Array.from(rows, (value) => value * deviation + mean);
  };
  return { inputs: read(input), targets: read(target) };
}

const { inputs, targets } = unscaled(dataset);

const power = (values: readonly number[]) => values.reduce((sum, value) => sum + value * value, 0) / values.length;

/** A wave less the one oscillation, of half-angle tangents in `band`, that leaves least of it. */
function withoutOscillation(wave: readonly number[], [low, high]: readonly [number, number]): readonly number[] {
  const steps = 800;
  const left = Array.from({ length: steps + 1 }, (_, i) => {
    const angle = 2 * Math.atan(low + ((high - low) * i) / steps);
    const share = (part: (x: number) => number) =>
      (2 / wave.length) * wave.reduce((sum, value, t) => sum + value * part(angle * t), 0);
    const [a, b] = [share(Math.cos), share(Math.sin)];
    return wave.map((value, t) => value - a * Math.cos(angle * t) - b * Math.sin(angle * t));
  });
  return left.reduce((best, rest) => (power(rest) < power(best) ? rest : best));
}

describe("a wave", () => {
  test("goes on from row to row: a target is the next input", () => {
    for (const { start, length } of dataset.probes) {
      for (let row = start; row < start + length - 1; row++) expect(targets[row]).toBeCloseTo(inputs[row + 1] ?? 0, 4);
    }
  });

  test("swings around zero within the sizes of its parts and the noise", () => {
    // Both parts at their largest are 1.5, and twelve uniforms stay within six deviations of 0.1.
    expect(Math.max(...inputs.map(Math.abs))).toBeLessThanOrEqual(2.1);
    const mean = inputs.reduce((sum, value) => sum + value, 0) / inputs.length;
    expect(Math.abs(mean)).toBeLessThan(0.05);
  });

  test("is two oscillations within their bands, and noise of deviation 0.1", async () => {
    const wave = unscaled(await noisyWaves.load(withLength(200), null)).inputs.slice(-232);
    const slow = withoutOscillation(wave, [0.08, 0.2]);
    const rest = withoutOscillation(withoutOscillation(slow, [0.3, 0.6]), [0.08, 0.2]);
    expect(power(wave)).toBeGreaterThan(0.1);
    expect(power(slow)).toBeLessThan(0.7 * power(wave));
    // The mean of 232 squares of deviation 0.01 varies by a tenth of it.
    expect(power(rest)).toBeGreaterThan(0.006);
    expect(power(rest)).toBeLessThan(0.014);
  });

  test("follows the seed", async () => {
    const again = await noisyWaves.load(withLength(10), null);
    const other = await noisyWaves.load(withLength(10, 2), null);
    expect(again.input.rows).toEqual(dataset.input.rows);
    expect(other.input.rows).not.toEqual(dataset.input.rows);
  });
});

describe("the parts", () => {
  test("are 1,000 waves that train, 256 that validate and eight that test, each its own", () => {
    const { train, validation, test: tested } = dataset.windows;
    expect([train.length, validation.length, tested.length]).toEqual([1000, 256, 8 * 32]);
    const waves = new Set([...train, ...validation].map((start) => dataset.input.rows.slice(start, start + 10).join()));
    expect(waves.size).toBe(1256);
    // Windows of one part end before the next begins; the last target of a test window is that of its last row.
    expect(Math.max(...train) + 10).toBe(Math.min(...validation));
    expect(Math.max(...validation) + 10).toBe(Math.min(...tested));
    expect(Math.max(...tested) + 10).toBeLessThan(dataset.mask.length);
  });

  test("shrink where windows are long", async () => {
    const { windows, length } = await noisyWaves.load(withLength(4096), null);
    expect(windows.train.length).toBe(128);
    expect(length).toBe(4096);
  });
});

test("the mean, which the page compares with, explains nothing", () => {
  const { rmse = 0 } = dataset.baseline.metrics;
  const judged = Array.from(dataset.windows.test, (start) => targets[start + 9] ?? 0);
  const train = targets.slice(0, 10_000);
  const mean = train.reduce((sum, value) => sum + value, 0) / train.length;
  expect(rmse).toBeCloseTo(Math.sqrt(judged.reduce((sum, value) => sum + (value - mean) ** 2, 0) / judged.length), 4);
});

test("the preset is valid, and its card shows a test wave", () => {
  expect(parseExperiment(preset)).toMatchObject({ ok: true });
  const { start = 0, length = 0 } = dataset.probes[0] ?? {};
  expect(noisyWaves.thumbnail(dataset)).toEqual({
    kind: "line",
    values: dataset.input.rows.slice(start, start + length),
  });
  expect(dataset.rowLabels?.slice(start, start + 3)).toEqual(["#1·1", "#1·2", "#1·3"]);
});
