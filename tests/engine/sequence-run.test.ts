/**
 * Runs of a model with a decoder: the preset learns, a saved run goes on as the one that never stopped, the probe shows
 * what the model decodes, and a beam finds at least what decoding without it does.
 */
import { beforeAll, describe, expect, it } from "vitest";
import { createReferenceBackend } from "../../src/backends/reference/player.ts";
import type { Experiment } from "../../src/core/experiment.ts";
import type { Dataset } from "../../src/core/task.ts";
import { USUAL_TRAINING } from "../../src/core/usual-training.ts";
import { decodeCheckpoint, encodeCheckpoint } from "../../src/engine/checkpoint.ts";
import { createRun, type Run } from "../../src/engine/run.ts";
import type { RunState } from "../../src/engine/run-state.ts";
import { layOutPairs, scorePairs } from "../../src/tasks/pairs.ts";
import { advanceTo } from "./examples.ts";

const LAYOUT = { vocabulary: ["·", "a", "b", "c"], boundary: 0, sourceSteps: 3, answerSteps: 4 };
const LENGTH = LAYOUT.sourceSteps + LAYOUT.answerSteps;
const LETTERS = ["a", "b", "c"];

/** All strings of one to three letters, backwards: 39 pairs, the last twelve held out. */
function reversalDataset(): Dataset {
  const one = LETTERS;
  const two = one.flatMap((first) => LETTERS.map((second) => first + second));
  const three = two.flatMap((start) => LETTERS.map((third) => start + third));
  const strings = [...one, ...two, ...three].toSorted((a, b) => (a + a).localeCompare(b + b));
  const pairs = strings.map((source) => ({ source, answer: [...source].toReversed().join("") }));
  const rows = layOutPairs(pairs, LAYOUT);
  const starts = (first: number, end: number) =>
    Uint32Array.from({ length: end - first }, (_, i) => (first + i) * LENGTH);
  return {
    task: "calendar-dates",
    input: { kind: "tokens", rows: rows.input, vocabulary: LAYOUT.vocabulary, boundary: LAYOUT.boundary },
    target: { kind: "classes", rows: rows.target, labels: LAYOUT.vocabulary },
    ...{ mask: rows.mask, present: rows.present, sourceSteps: LAYOUT.sourceSteps, length: LENGTH },
    windows: { train: starts(0, 27), validation: starts(27, 33), test: starts(33, 39) },
    ...{ probes: [], probeLength: LAYOUT.sourceSteps, rowLabels: null, notes: [] },
    baseline: { name: "commonest", metrics: {} },
  };
}

function experimentOf(decoder: NonNullable<Experiment["model"]["decoder"]>): Experiment {
  return {
    version: 1,
    task: { name: "calendar-dates" },
    model: {
      layers: [{ cell: "gru", reset: "after", activation: "tanh", units: 6, direction: "both" }],
      head: "every",
      initialMemory: 0,
      decoder,
    },
    training: { ...USUAL_TRAINING, learningRate: 0.03, clipNorm: 1, batch: 8, length: LENGTH, evaluateEvery: 20 },
    seed: 3,
  };
}

const gru = { cell: "gru", reset: "after", activation: "tanh" } as const;
const DECODERS: readonly (readonly [string, NonNullable<Experiment["model"]["decoder"]>])[] = [
  [
    "Bahdanau",
    { cell: gru, context: { kind: "bahdanau", attention: { score: "additive", width: 8 } }, sampling: null },
  ],
  [
    "Luong, sampling",
    {
      cell: { cell: "lstm" },
      context: { kind: "luong", attention: { score: "dot" } },
      sampling: { givenShare: 0.7, own: "drawn" },
    },
  ],
  ["plain", { cell: gru, context: { kind: "plain" }, sampling: null }],
];

const dataset = reversalDataset();
const backend = createReferenceBackend();

function open(experiment: Experiment, state?: RunState): Promise<Run> {
  let time = 0;
  return createRun(experiment, dataset, backend, {
    now: () => time++,
    score: (scored) => scorePairs(dataset, scored),
    scoredSteps: "every",
    ...(state ? { state } : {}),
  });
}

describe.each(DECODERS)("%s", (title, decoder) => {
  const experiment = experimentOf(decoder);
  let run: Run;
  let trained: Awaited<ReturnType<typeof advanceTo>>;
  beforeAll(async () => {
    run = await open(experiment);
    trained = await advanceTo(run, 160);
  }, 120_000);
  const idsOf = (text: string) => Uint32Array.from(text, (letter) => LAYOUT.vocabulary.indexOf(letter));

  it("learns", () => {
    expect(trained.losses.at(-1)).toBeLessThan(0.7 * (trained.losses[0] ?? 0));
    const { latest } = trained.evaluations.at(-1) ?? expect.fail("no evaluation");
    // The answer's length alone, which every source tells, is worth a third.
    expect(latest.accuracy).toBeGreaterThan(1 / 3);
    expect(latest.wholeAccuracy).toBeLessThanOrEqual(latest.accuracy ?? 0);
  });

  it("goes on from a saved state as if it had never stopped", { timeout: 60_000 }, async () => {
    const first = await open(experiment);
    await advanceTo(first, 7);
    const second = await open(experiment, await first.snapshot());
    const whole = await open(experiment);
    const [a, b] = await Promise.all([advanceTo(second, 15), advanceTo(whole, 15)]);
    expect(a.losses.at(-1)).toBe(b.losses.at(-1));
    const states = await Promise.all([second.snapshot(), whole.snapshot()]);
    expect(states[0]?.params).toEqual(states[1]?.params);
  });

  it("comes out of a file as it went in", async () => {
    const state = await run.snapshot();
    const back = decodeCheckpoint(encodeCheckpoint(state, run.model));
    expect(back.params).toEqual(state.params);
    expect(back.moments).toEqual(state.moments);
    expect(back.experiment).toEqual(experiment);
  });

  it("answers a probe as its own decoding does, with every part on one axis", async () => {
    const source = idsOf("abc");
    const { length, layers, outputs, answer = [] } = await run.probe(source);
    expect(length).toBe(3 + answer.length);
    const roles = layers.map(({ role }) => role ?? "encoder");
    expect(roles).toEqual(["encoder", "encoder", "decoder", ...(title === "plain" ? [] : ["attention"])]);
    for (const { role, views } of layers) {
      for (const { values } of views) {
        const width = values.length / length;
        const rows = Array.from({ length }, (_, t) => values.slice(t * width, (t + 1) * width));
        const plays = (row: Float32Array) => row.every((value) => Number.isFinite(value));
        expect(rows.map(plays)).toEqual(rows.map((_, t) => (role === undefined) === t < 3));
      }
    }
    const attention = layers.find(({ role }) => role === "attention")?.views[0]?.values;
    for (let t = 3; attention && t < length; t++) {
      const sum = attention.slice(3 * t, 3 * t + 3).reduce((a, b) => a + b, 0);
      expect(sum).toBeCloseTo(1, 5);
    }
    const V = LAYOUT.vocabulary.length;
    expect(outputs.slice(0, 3 * V).every(Number.isNaN)).toBe(true);
    const greedy = await run.beam?.search(source, 1);
    const said = answer.at(-1) === LAYOUT.boundary ? answer.slice(0, -1) : answer;
    expect(greedy?.[0]?.ids).toEqual(said);
    const own = answer.reduce((sum, id, t) => sum + Math.log(outputs[(3 + t) * V + id] ?? 0), 0);
    expect(greedy?.[0]?.logProbability).toBeCloseTo(own, 4);
  });

  it("finds by a beam no answer twice, the likeliest first, and none less likely than without", async () => {
    const source = idsOf("cb");
    const wide = (await run.beam?.search(source, 8)) ?? [];
    const narrow = (await run.beam?.search(source, 1)) ?? [];
    expect(wide[0]?.logProbability).toBeGreaterThanOrEqual(narrow[0]?.logProbability ?? 0);
    const sorted = wide.map(({ logProbability }) => logProbability);
    expect(sorted).toEqual(sorted.toSorted((a, b) => b - a));
    expect(new Set(wide.map(({ ids }) => ids.join())).size).toBe(wide.length);
    // They are answers of one distribution.
    const total = wide.reduce((sum, { logProbability }) => sum + Math.exp(logProbability), 0);
    expect(total).toBeLessThanOrEqual(1 + 1e-5);
  });

  it("refuses sources that it cannot read", async () => {
    await expect(run.probe(new Uint32Array())).rejects.toMatchObject({ code: "probe-invalid" });
    await expect(run.probe(idsOf("abca"))).rejects.toMatchObject({ details: { length: 4, maximum: 3 } });
    await expect(run.probe(Uint32Array.of(4))).rejects.toMatchObject({ details: { id: 4 } });
    await expect(run.beam?.search(idsOf("a"), 9)).rejects.toThrow("a beam of 9 rows");
  });
});
