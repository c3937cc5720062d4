/** The worker's side of the protocol, end to end but for the browser: what a page sends and what it then may rely on. */
import { afterEach, describe, expect, test, vi } from "vitest";
import { createReferenceBackend } from "../../src/backends/reference/player.ts";
import type { Experiment } from "../../src/core/experiment.ts";
import { USUAL_TRAINING } from "../../src/core/usual-training.ts";
import type { Command, Event } from "../../src/worker/protocol.ts";
import { createDyingBackend, openPage, type Page } from "./page.ts";

// A busy machine may take long; a hang is caught by the patience of `until`, with what came instead.
vi.setConfig({ testTimeout: 60_000 });

const experiment: Experiment = {
  version: 1,
  task: { name: "delayed-recall", symbols: 3, lag: 4 },
  model: {
    layers: [{ cell: "gru", reset: "before", activation: "tanh", units: 5 }],
    head: "last",
    initialMemory: 0,
  },
  training: {
    ...USUAL_TRAINING,
    learningRate: 0.01,
    clipNorm: 1,
    batch: 4,
    length: 5,
    evaluateEvery: 1000,
  },
  seed: 3,
};

let page: Page;
afterEach(() => page.close());

async function started(parts?: Parameters<typeof openPage>[0], runId = 1, chosen = experiment): Promise<Page> {
  page = openPage(parts);
  page.send({ type: "open-backend", wish: "auto" });
  await page.until("hello");
  page.send({ type: "start", runId, experiment: chosen, own: null, autoplay: false });
  await page.until("started");
  return page;
}

/** Trains to `step` and stops there. */
async function trainTo(step: number, runId = 1): Promise<void> {
  const from = page.events.length;
  page.send({ type: "stop-at", step });
  page.send({ type: "play" });
  await page.until("playing", (event) => event.reason === "stop-at" && event.runId === runId, from);
}

/** Losses by step, later events of the same step taking the place of earlier ones. */
function losses(runId: number, events: readonly Event[] = page.events): number[] {
  const all: number[] = [];
  for (const event of events) {
    if (event.type !== "metrics" || event.runId !== runId) continue;
    for (const [i, loss] of event.loss.entries()) all[event.first + i] = loss;
  }
  return all;
}

async function save(): Promise<Extract<Event, { type: "saved" }>> {
  const from = page.events.length;
  page.send({ type: "save", purpose: "download" });
  return page.until("saved", () => true, from);
}

describe("a run", () => {
  test("is announced at step 0, rests until it is told to play, and shows its gates", async () => {
    await started();
    const { dataset, layers, step, canUndo } = await page.until("started");
    expect({ step, canUndo, task: dataset.task }).toEqual({ step: 0, canUndo: false, task: "delayed-recall" });
    expect(layers[0]?.views.map(({ name }) => name)).toEqual(["z", "r", "n", "h"]);
    const snapshot = await page.until("snapshot");
    expect(snapshot.step).toBe(0);
    expect(snapshot.layers[0]?.views[0]?.values).toHaveLength(snapshot.probe.length * 5);
    expect(losses(1)).toEqual([]);
  });

  test("stops exactly at the step it was told", async () => {
    await started();
    await trainTo(17);
    expect(losses(1)).toHaveLength(17);
    expect(losses(1).every(Number.isFinite)).toBe(true);
  });

  test("takes one step at a time", async () => {
    await started();
    for (const count of [1, 2, 3]) {
      page.send({ type: "step" });
      await page.until("metrics", ({ first }) => first === count - 1);
    }
    expect(losses(1)).toHaveLength(3);
  });

  test("that plays pauses and goes on without losing or repeating a step", async () => {
    await started();
    page.send({ type: "play" });
    await page.until("metrics", ({ first }) => first > 5);
    page.send({ type: "pause" });
    await page.until("playing", ({ playing, reason }) => !playing && reason === "user", page.events.length);
    await trainTo(losses(1).length + 10);
    const steps = page.events.flatMap((event) =>
      event.type === "metrics" ? Array.from(event.loss, (_, i) => event.first + i) : [],
    );
    expect(steps).toEqual(Array.from({ length: steps.length }, (_, step) => step));
  });

  test("sends no second snapshot before the first is acknowledged", async () => {
    await started();
    await page.until("snapshot");
    await trainTo(30);
    expect(page.events.filter(({ type }) => type === "snapshot")).toHaveLength(1);
    page.send({ type: "acknowledge-snapshot" });
    expect((await page.until("snapshot", ({ step }) => step === 30)).step).toBe(30);
  });

  test("makes no pictures while the page is hidden, and pauses if asked to", async () => {
    await started();
    page.send({ type: "set-visibility", hidden: true, pause: true });
    page.send({ type: "play" });
    await page.until("metrics");
    page.send({ type: "set-visibility", hidden: true, pause: true });
    await page.until("playing", ({ reason }) => reason === "hidden");
    page.send({ type: "set-visibility", hidden: false, pause: true });
    await page.until("playing", ({ playing, reason }) => playing && reason === "hidden");
  });
});

describe("changing things", () => {
  test("a live change is logged at a step and shows in the metrics from there", async () => {
    await started();
    await trainTo(5);
    page.send({ type: "set-live", field: "learningRate", value: 0.5 });
    const { step } = await page.until("live-changed");
    await trainTo(8);
    const rates = page.events.flatMap((event) => (event.type === "metrics" ? [...event.learningRate] : []));
    expect(step).toBe(5);
    expect(rates).toEqual([...Array(5).fill(Math.fround(0.01)), ...Array(3).fill(0.5)]);
  });

  test.each([-1, Number.NaN, Number.POSITIVE_INFINITY, 1e7])("a rate of %s never gets in", async (value) => {
    await started();
    page.send({ type: "step" });
    await page.until("metrics");
    const wrong: Command = { type: "set-live", field: "learningRate", value };
    if (Number.isNaN(value)) {
      // Not a number is no command at all; the next one must still be served.
      expect((await import("../../src/worker/decode.ts")).decodeCommand(wrong)).toBeNull();
      return;
    }
    page.send(wrong);
    const { fault } = await page.until("fault");
    expect(fault).toMatchObject({ code: "experiment-invalid", details: { path: "training.learningRate" } });
    page.send({ type: "step" });
    await page.until("metrics", ({ first }) => first === 1);
  });

  test("an experiment that does not fit leaves the run as it is, and playing", async () => {
    await started();
    page.send({ type: "play" });
    await page.until("metrics");
    const broken = { ...experiment, training: { ...experiment.training, length: 7 } };
    page.send({ type: "start", runId: 2, experiment: broken, own: null, autoplay: true });
    const { runId, fault } = await page.until("fault");
    expect(runId).toBe(2);
    expect(Object.values(fault.details)).toContain(5);
    const from = page.events.length;
    await page.until("metrics", (event) => event.runId === 1, from);
  });

  test("an experiment on own data without its file says which file it wants", async () => {
    await started();
    const file = { name: "poem.txt", bytes: 12, sha256: "0".repeat(64) };
    const task = { name: "own-text", file } as const;
    const own = { ...experiment, task, model: { ...experiment.model, head: "every" as const } };
    page.send({ type: "start", runId: 2, experiment: own, own: null, autoplay: false });
    const { fault } = await page.until("fault");
    expect(fault).toEqual({ code: "data-missing", details: file });
  });

  test("undo brings the earlier run back with the losses it would have had", async () => {
    await started();
    await trainTo(20);
    page.send({ type: "start", runId: 2, experiment: { ...experiment, seed: 9 }, own: null, autoplay: false });
    expect((await page.until("started", ({ runId }) => runId === 2)).canUndo).toBe(true);
    await trainTo(4, 2);
    const from = page.events.length;
    page.send({ type: "undo" });
    expect((await page.until("started", ({ runId }) => runId === 1, from)).step).toBe(20);
    await trainTo(40);
    const interrupted = losses(1);
    page.close();
    await started();
    await trainTo(40);
    expect(interrupted).toEqual(losses(1));
  });

  test("twenty resets in a row leave one run, the last", async () => {
    await started();
    for (let runId = 2; runId <= 21; runId++) {
      page.send({ type: "start", runId, experiment: { ...experiment, seed: runId }, own: null, autoplay: true });
    }
    await page.until("started", ({ runId }) => runId === 21);
    const from = page.events.length;
    await page.until("metrics", ({ runId }) => runId === 21, from);
    const later = page.events.slice(from).flatMap((event) => (event.type === "metrics" ? [event.runId] : []));
    expect(new Set(later)).toEqual(new Set([21]));
  });
});

test("a refused command leaves a playing run playing", async () => {
  await started();
  page.send({ type: "play" });
  await page.until("metrics");
  page.send({ type: "set-live", field: "clipNorm", value: -1 });
  page.send({ type: "set-probe", probe: { kind: "text", text: "☃" } });
  await page.until("fault", ({ fault }) => fault.code === "probe-invalid");
  const from = page.events.length;
  await page.until("metrics", () => true, from);
  expect(page.events.some((event) => event.type === "playing" && !event.playing)).toBe(true);
  expect(page.events.filter((event) => event.type === "playing").at(-1)).toMatchObject({ playing: true });
});

describe("saving", () => {
  test("a saved run that is opened goes on with the same losses as the run that never stopped", async () => {
    await started();
    await trainTo(25);
    const { bytes, fileName, step } = await save();
    expect({ fileName, step }).toEqual({ fileName: "gatescope-delayed-recall-step-25.safetensors", step: 25 });
    await trainTo(50);
    const straight = losses(1);
    page.send({ type: "open-run", runId: 7, file: bytes, own: null });
    expect((await page.until("started", ({ runId }) => runId === 7)).step).toBe(25);
    await trainTo(50, 7);
    expect(losses(7).slice(25)).toEqual(straight.slice(25));
  });

  test("a file that is none is refused and the run stays", async () => {
    await started();
    await trainTo(3);
    page.send({ type: "open-run", runId: 5, file: new ArrayBuffer(3), own: null });
    const { fault, runId } = await page.until("fault");
    expect({ runId, code: fault.code }).toEqual({ runId: 5, code: "file-invalid" });
    await trainTo(6);
    expect(losses(1)).toHaveLength(6);
  });
});

describe("a lost device", () => {
  test("is replaced, and the curve has no seam", async () => {
    const backends = [createDyingBackend(30), createReferenceBackend()];
    const openBackend = async () => ({ backend: backends.shift(), faults: [] });
    await started({ openBackend });
    await trainTo(60);
    expect(page.events.filter(({ type }) => type === "recovering")).toHaveLength(1);
    await page.until("recovered");
    const recovered = losses(1);
    page.close();
    await started();
    await trainTo(60);
    expect(recovered).toEqual(losses(1));
  });

  test("lost again and again leaves the run resting, savable, and able to go on with the CPU", async () => {
    let opened = 0;
    const openBackend = async (wish: string) => {
      if (wish === "cpu") return { backend: createReferenceBackend(), faults: [] };
      return { backend: opened++ === 0 ? createDyingBackend(10) : undefined, faults: [] };
    };
    await started({ openBackend });
    page.send({ type: "play" });
    const { fault } = await page.until("fault");
    expect(fault).toEqual({ code: "device-lost-again", details: { attempts: 3 } });
    await page.until("playing", ({ playing, reason }) => !playing && reason === "fault");
    expect((await save()).bytes.byteLength).toBeGreaterThan(0);
    const from = page.events.length;
    page.send({ type: "use-cpu" });
    expect((await page.until("recovered", () => true, from)).backend.kind).toBe("cpu");
    await trainTo(40);
    expect(losses(1)).toHaveLength(40);
  });
});

describe("a probe", () => {
  test("of the user's own is refused with its numbers and the old one stays", async () => {
    await started();
    await page.until("snapshot");
    page.send({ type: "acknowledge-snapshot" });
    page.send({ type: "set-probe", probe: { kind: "choice", index: 999 } });
    const { fault } = await page.until("fault");
    expect(fault).toEqual({ code: "probe-invalid", details: { reason: "choice", choice: 999 } });
    page.send({ type: "set-probe", probe: { kind: "choice", index: 1 } });
    const titles = (await page.until("started")).dataset.probes.map(({ title }) => title);
    await page.until("snapshot", ({ probe }) => probe.title === titles[1]);
  });
});
