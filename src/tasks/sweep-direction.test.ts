/** Sweeps: the recording against its description, parts that do not touch, and the scores of yes and no. */
import { describe, expect, test } from "vitest";
import { parseExperiment } from "../core/experiment.ts";
import { sweepDirection } from "./sweep-direction.ts";

const preset = sweepDirection.preset ?? expect.fail("no preset");
const dataset = await sweepDirection.load(preset, null);
const CHANNELS = 128;
const R = dataset.mask.length;
if (dataset.target.kind !== "binary") throw new Error("wrong kind");
const { target } = dataset;

/** Channels that are beyond the noise at a row. */
const litAt = (row: number) =>
  Array.from({ length: CHANNELS }, (_, c) => c).filter((c) => (dataset.input.rows[row * CHANNELS + c] ?? 0) > 1);

/** Pulses as runs of rows with lit channels. */
function findPulses() {
  const pulses: { first: number; channels: number[][] }[] = [];
  for (let row = 0; row < R; row++) {
    const channels = litAt(row);
    if (channels.length === 0) continue;
    const last = pulses.at(-1);
    if (last && last.first + last.channels.length === row) last.channels.push(channels);
    else pulses.push({ first: row, channels: [channels] });
  }
  return pulses;
}

const pulses = findPulses();

describe("the recording", () => {
  test("is noise within ±1 but for pulses over sixteen neighbouring channels, two at a step", () => {
    const whole = pulses.slice(0, -1);
    const least = Math.min(...whole.flatMap(({ channels }) => channels.flat()));
    const upward = Array.from({ length: 8 }, (_, step) => [least + 2 * step, least + 2 * step + 1]);
    const ways = [JSON.stringify(upward), JSON.stringify(upward.toReversed())];
    expect(whole.filter(({ channels }) => !ways.includes(JSON.stringify(channels)))).toEqual([]);
    expect(dataset.input.rows.filter((value) => value < -1)).toHaveLength(0);
  });

  test("is answered by the way of the last finished pulse", () => {
    const whole = pulses.slice(0, -1);
    whole.forEach(({ first, channels }, i) => {
      const up = (channels[0]?.[0] ?? 0) < (channels[7]?.[0] ?? 0) ? 0 : 1;
      const end = pulses[i + 1]?.first ?? R;
      // From its last step to the last step but one of the next pulse.
      const answers = new Set(target.rows.slice(first + 7, end + 7));
      expect([...answers]).toEqual([up]);
    });
  });

  test("has both ways about equally often, and pauses of 4 to 24 steps", () => {
    const starts = pulses.map(({ first }) => first);
    const pauses = starts.slice(1).map((start, i) => start - (starts[i] ?? 0) - 8);
    expect([Math.min(...pauses), Math.max(...pauses)]).toEqual([4, 24]);
    const up = pulses.filter(({ first }) => target.rows[first + 7] === 1).length;
    expect(Math.abs(up - pulses.length / 2)).toBeLessThan(5 * Math.sqrt(pulses.length / 4)); // five deviations
  });

  test("follows the seed", async () => {
    const other = await sweepDirection.load({ ...preset, seed: 2 }, null);
    expect(other.target.rows).not.toEqual(target.rows);
    const again = await sweepDirection.load(preset, null);
    expect(again.target.rows).toEqual(target.rows);
  });
});

test("no window reaches into another part", () => {
  const { train, validation, test: tested } = dataset.windows;
  expect(Math.max(...train) + dataset.length).toBeLessThanOrEqual(Math.min(...validation));
  expect(Math.max(...validation) + dataset.length).toBeLessThanOrEqual(Math.min(...tested));
  expect(Math.max(...tested) + dataset.length).toBeLessThanOrEqual(R);
  expect(dataset.stream?.end).toBeLessThanOrEqual(Math.min(...validation));
});

test("probes are stretches of the test part in which the answer changes", () => {
  expect(dataset.probes).toHaveLength(4);
  for (const { start, length } of dataset.probes) {
    expect(start).toBeGreaterThanOrEqual(Math.min(...dataset.windows.test));
    expect(start + length).toBeLessThanOrEqual(R);
    expect(new Set(target.rows.slice(start, start + length)).size).toBe(2);
  }
});

describe("the score", () => {
  const rows = dataset.windows.test.map((start) => start + dataset.length - 1);
  const truth = Array.from(rows, (row) => target.rows[row] ?? 0);

  test("of the truth is perfect, of its opposite nothing", () => {
    const logits = Float32Array.from(truth, (yes) => (yes === 1 ? 2 : -2));
    expect(sweepDirection.score(dataset, { logits, rows })).toEqual({ accuracy: 1, f1: 1, auc: 1 });
    const opposite = logits.map((logit) => -logit);
    expect(sweepDirection.score(dataset, { logits: opposite, rows })).toEqual({ accuracy: 0, f1: 0, auc: 0 });
  });

  test("of the commoner answer is its share of the test windows", () => {
    const training = Array.from(dataset.windows.train, (start) => target.rows[start + dataset.length - 1] ?? 0);
    const commoner = training.filter((yes) => yes === 1).length * 2 >= training.length ? 1 : 0;
    const right = truth.filter((yes) => yes === commoner).length;
    expect(dataset.baseline).toMatchObject({
      name: "base-rate",
      metrics: { accuracy: right / truth.length, auc: 0.5 },
    });
  });

  test("refuses a dataset of another kind", () => {
    const classes = { ...dataset, target: { kind: "classes", rows: new Uint32Array(1), labels: ["a"] } } as const;
    expect(() => sweepDirection.score(classes, { logits: new Float32Array(1), rows })).toThrow(/binary/);
  });
});

test("the preset is valid; its card shows the channels of the first probe", () => {
  expect(parseExperiment(preset)).toMatchObject({ ok: true });
  const start = (dataset.probes[0]?.start ?? 0) * CHANNELS;
  const values = dataset.input.rows.slice(start, start + 40 * CHANNELS);
  expect(sweepDirection.thumbnail(dataset)).toEqual({ kind: "map", values, steps: 40 });
});
