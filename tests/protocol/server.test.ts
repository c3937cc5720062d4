/** The worker's side of the protocol, end to end but for the browser: what a page sends and what it then may rely on. */
import { afterEach, describe, expect, test, vi } from "vitest";
import type { Command } from "../../src/worker/protocol.ts";
import { type DrivenPage, experiment, openStartedPage } from "./driven-page.ts";

// A busy machine may take long; a hang is caught by the patience of `until`, with what came instead.
vi.setConfig({ testTimeout: 60_000 });

let page: DrivenPage;
afterEach(() => page.close());

async function started(...parts: Parameters<typeof openStartedPage>): Promise<void> {
  page = await openStartedPage(...parts);
}

describe("a run", () => {
  test("is announced at step 0, rests until it is told to play, and shows its gates", async () => {
    await started();
    const { dataset, layers, step, epoch, memory, canUndo } = await page.until("started");
    expect(epoch).toBe(0);
    expect(memory).toEqual({ bytes: memory.wholeBytes, wholeBytes: expect.any(Number), checkpoint: null });
    expect({ step, canUndo, task: dataset.task }).toEqual({ step: 0, canUndo: false, task: "delayed-recall" });
    expect(layers[0]?.views.map(({ name }) => name)).toEqual(["z", "r", "n", "h"]);
    const snapshot = await page.until("snapshot");
    expect(snapshot.step).toBe(0);
    expect(snapshot.layers[0]?.views[0]?.values).toHaveLength(snapshot.probe.length * 5);
    expect(page.losses(1)).toEqual([]);
  });

  test("stops exactly at the step it was told", async () => {
    await started();
    await page.trainTo(17);
    expect(page.losses(1)).toHaveLength(17);
    expect(page.losses(1).every(Number.isFinite)).toBe(true);
  });

  test("takes one step at a time, also where an evaluation is due first", async () => {
    await started({}, { ...experiment, training: { ...experiment.training, evaluateEvery: 2 } });
    for (let round = 0; round < 6; round++) {
      page.send({ type: "play" });
      await page.until("metrics", () => true, page.events.length);
      page.send({ type: "pause" });
      const { step } = await page.save();
      page.send({ type: "step" });
      expect((await page.save()).step).toBe(step + 1);
    }
  });

  test("that plays pauses and goes on without losing or repeating a step", async () => {
    await started();
    page.send({ type: "play" });
    await page.until("metrics", ({ first }) => first > 5);
    page.send({ type: "pause" });
    await page.until("playing", ({ playing, reason }) => !playing && reason === "user", page.events.length);
    await page.trainTo(page.losses(1).length + 10);
    const steps = page.events.flatMap((event) =>
      event.type === "metrics" ? Array.from(event.loss, (_, i) => event.first + i) : [],
    );
    expect(steps).toEqual(Array.from({ length: steps.length }, (_, step) => step));
  });

  test("sends no second snapshot before the first is acknowledged", async () => {
    await started();
    await page.until("snapshot");
    await page.trainTo(30);
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
    await page.trainTo(5);
    page.send({ type: "set-live", field: "learningRate", value: 0.5 });
    const { step } = await page.until("live-changed");
    await page.trainTo(8);
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
    page.send({ type: "start", runId: 2, experiment: broken, own: null, plan: null, autoplay: true });
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
    page.send({ type: "start", runId: 2, experiment: own, own: null, plan: null, autoplay: false });
    const { fault } = await page.until("fault");
    expect(fault).toEqual({ code: "data-missing", details: file });
  });

  test("undo brings the run that trained back, two resets later, with the losses it would have had", async () => {
    await started();
    await page.trainTo(20);
    for (const next of [2, 3]) {
      page.send({
        type: "start",
        runId: next,
        experiment: { ...experiment, seed: 9 },
        own: null,
        plan: null,
        autoplay: false,
      });
      expect((await page.until("started", ({ runId }) => runId === next)).canUndo).toBe(true);
    }
    await page.trainTo(4, 3);
    const from = page.events.length;
    page.send({ type: "undo" });
    expect((await page.until("started", ({ runId }) => runId === 1, from)).step).toBe(20);
    await page.trainTo(40);
    const interrupted = page.losses(1);
    page.close();
    await started();
    await page.trainTo(40);
    expect(interrupted).toEqual(page.losses(1));
  });

  test("twenty resets in a row leave one run, the last", async () => {
    await started();
    for (let runId = 2; runId <= 21; runId++) {
      page.send({
        type: "start",
        runId,
        experiment: { ...experiment, seed: runId },
        own: null,
        plan: null,
        autoplay: true,
      });
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
