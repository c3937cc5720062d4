/** Links: every valid experiment comes back as it was, and no text whatever throws or inflates past the cap. */
import { deflateRawSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { EXPERIMENT_VERSION, type Experiment } from "../core/experiment.ts";
import { USUAL_TRAINING } from "../core/usual-training.ts";
import { decodeExperiment, encodeExperiment } from "./experiment-text.ts";
import { LINK_TEXT_LIMIT } from "./packed-json.ts";

const experiment = (seed: number, units: number): Experiment => ({
  version: EXPERIMENT_VERSION,
  task: { name: "delayed-recall", symbols: 4, lag: 16 },
  model: {
    layers: [{ cell: "gru", reset: "before", activation: "tanh", units }],
    head: "last",
    initialMemory: -0.5,
  },
  training: {
    ...USUAL_TRAINING,
    learningRate: 0.01,
    clipNorm: null,
    batch: 32,
    length: 18,
    evaluateEvery: 20,
  },
  seed,
});

const linkOf = (value: unknown) => deflateRawSync(Buffer.from(JSON.stringify(value))).toString("base64url");

describe("experiment text", () => {
  it("brings every experiment back", async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(), fc.integer({ min: 1, max: 1024 }), async (seed, units) => {
        const original = experiment(seed, units);
        expect(await decodeExperiment(await encodeExperiment(original))).toEqual({ ok: true, experiment: original });
      }),
      { numRuns: 50 },
    );
  });

  it("agrees with an independent base64url and deflate", async () => {
    const original = experiment(7, 5);
    expect(await decodeExperiment(linkOf(original))).toEqual({ ok: true, experiment: original });
    const { inflateRawSync } = await import("node:zlib");
    const text = await encodeExperiment(original);
    expect(JSON.parse(inflateRawSync(Buffer.from(text, "base64url")).toString())).toEqual(original);
  });

  it("takes a link of before losses, schedules and weight decay for one without them", async () => {
    const original = experiment(7, 5);
    const { loss, schedule, clipValue, optimizer, ...training } = original.training;
    expect([loss, schedule, clipValue]).toEqual([{ name: "fitting" }, { name: "constant" }, null]);
    expect(optimizer).toMatchObject({ weightDecay: 0, amsgrad: false });
    const old = { name: "adam", beta1: 0.9, beta2: 0.999, epsilon: 1e-8 };
    const link = linkOf({ ...original, training: { ...training, optimizer: old } });
    expect(await decodeExperiment(link)).toEqual({ ok: true, experiment: original });
  });

  it("answers any text with a fault and never throws", async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ maxLength: 200 }), async (text) => {
        const decoded = await decodeExperiment(text);
        expect(decoded.ok).toBe(false);
      }),
    );
  });

  it("stops inflating a bomb at the cap", async () => {
    const bomb = deflateRawSync(Buffer.alloc(40_000_000)).toString("base64url");
    expect(bomb.length).toBeLessThan(LINK_TEXT_LIMIT);
    expect(await decodeExperiment(bomb)).toMatchObject({ ok: false, fault: { code: "link-too-large" } });
  });

  it("refuses a text over the cap before decoding it", async () => {
    const decoded = await decodeExperiment("A".repeat(LINK_TEXT_LIMIT + 1));
    const details = { characters: LINK_TEXT_LIMIT + 1, limit: LINK_TEXT_LIMIT };
    expect(decoded).toEqual({ ok: false, fault: { code: "link-too-large", details } });
  });

  it("names a later version as such", async () => {
    const newer = { ...experiment(1, 4), version: EXPERIMENT_VERSION + 1 };
    expect(await decodeExperiment(linkOf(newer))).toMatchObject({ ok: false, fault: { code: "experiment-newer" } });
  });

  it.each([
    ["units", 1e9],
    ["units", 0],
    ["units", 1.5],
    ["units", "32"],
    ["__proto__", 1],
    ["cell", "<img src=x onerror=alert(1)>"],
  ])("refuses layer field %s = %s with its path", async (field, value) => {
    const wrong = JSON.parse(JSON.stringify(experiment(1, 4)));
    Object.defineProperty(wrong.model.layers[0], field, { value, enumerable: true, configurable: true });
    const decoded = await decodeExperiment(linkOf(wrong));
    expect(decoded).toMatchObject({ ok: false, fault: { code: "experiment-invalid" } });
    if (!decoded.ok) expect(String(decoded.fault.details.path)).toContain("model.layers.0");
  });
});
