/** What outlives a run: saved files, and runs whose device was taken away. */
import { afterEach, describe, expect, test, vi } from "vitest";
import { createReferenceBackend } from "../../src/backends/reference/player.ts";
import type { Backend } from "../../src/core/backend.ts";
import { type DrivenPage, experiment, openStartedPage } from "./driven-page.ts";
import { createDyingBackend } from "./page.ts";

// A busy machine may take long; a hang is caught by the patience of `until`, with what came instead.
vi.setConfig({ testTimeout: 60_000 });

let page: DrivenPage;
afterEach(() => page.close());

async function started(parts?: Parameters<typeof openStartedPage>[0]): Promise<void> {
  page = await openStartedPage(parts);
}

describe("saving", () => {
  test("a saved run that is opened goes on with the same losses as the run that never stopped", async () => {
    await started();
    await page.trainTo(25);
    const { bytes, fileName, step } = await page.save();
    expect({ fileName, step }).toEqual({ fileName: "gatescope-delayed-recall-step-25.safetensors", step: 25 });
    await page.trainTo(50);
    const straight = page.losses(1);
    page.send({ type: "open-run", runId: 7, file: bytes, own: null });
    expect((await page.until("started", ({ runId }) => runId === 7)).step).toBe(25);
    await page.trainTo(50, 7);
    expect(page.losses(7).slice(25)).toEqual(straight.slice(25));
  });

  test("a file that is none is refused and the run stays", async () => {
    await started();
    await page.trainTo(3);
    page.send({ type: "open-run", runId: 5, file: new ArrayBuffer(3), own: null });
    const { fault, runId } = await page.until("fault");
    expect({ runId, code: fault.code }).toEqual({ runId: 5, code: "file-invalid" });
    await page.trainTo(6);
    expect(page.losses(1)).toHaveLength(6);
  });
});

/** Opens one backend after the other, whatever is wished for. */
function openInTurn(...backends: Backend[]) {
  return async () => ({ backend: backends.shift(), faults: [] });
}

const createImmortal = () => createDyingBackend(Number.POSITIVE_INFINITY);

describe("a lost device", () => {
  test("is replaced, and the curve has no seam", async () => {
    await started({ openBackend: openInTurn(createDyingBackend(30), createImmortal()) });
    await page.trainTo(60);
    expect(page.events.filter(({ type }) => type === "recovering")).toHaveLength(1);
    await page.until("recovered");
    const recovered = page.losses(1);
    page.close();
    await started();
    await page.trainTo(60);
    expect(recovered).toEqual(page.losses(1));
  });

  test("lost during a picture shows the gates afterwards, at rest", async () => {
    await started({ openBackend: openInTurn(createDyingBackend(0, "probe"), createImmortal()) });
    await page.until("recovered");
    expect((await page.until("snapshot")).step).toBe(0);
  });

  test("lost during a picture shows the gates afterwards, in training", async () => {
    await started({ openBackend: openInTurn(createDyingBackend(1, "probe"), createImmortal()) });
    await page.until("snapshot");
    page.send({ type: "acknowledge-snapshot" });
    const from = page.events.length;
    page.send({ type: "play" });
    await page.until("recovered");
    await page.until("snapshot", () => true, from);
  });

  test("lost between two pictures shows the gates afterwards", async () => {
    await started({ openBackend: openInTurn(createDyingBackend(30), createImmortal()) });
    await page.until("snapshot");
    page.send({ type: "acknowledge-snapshot" });
    page.send({ type: "set-probe", probe: { kind: "choice", index: 1 } });
    await page.until("snapshot", () => true, page.events.length);
    page.send({ type: "acknowledge-snapshot" });
    await page.trainTo(60);
    await page.until("recovered");
    const from = page.events.length;
    page.send({ type: "acknowledge-snapshot" });
    const second = (await page.until("started")).dataset.probes[1]?.title;
    expect((await page.until("snapshot", ({ step }) => step === 60, from)).probe.title).toBe(second);
  });

  test("lost in the evaluation behind an undo leaves the run that was undone to, and the other one aside", async () => {
    await started({ openBackend: openInTurn(createDyingBackend(0, "evaluate"), createImmortal()) });
    await page.trainTo(20);
    const other = { ...experiment, seed: 9 };
    page.send({ type: "start", runId: 2, experiment: other, own: null, plan: null, autoplay: false });
    await page.until("started", ({ runId }) => runId === 2);
    await page.trainTo(4, 2);
    const from = page.events.length;
    page.send({ type: "undo" });
    await page.until("recovered", () => true, from);
    expect(await page.save()).toMatchObject({ runId: 1, step: 20 });
    const back = page.events.length;
    page.send({ type: "undo" });
    expect(await page.until("started", () => true, back)).toMatchObject({ runId: 2, step: 4 });
  });

  test("lost again and again leaves the run resting, savable, and able to go on with the CPU", async () => {
    let opened = 0;
    const openBackend = async (wish: string) => {
      if (wish === "wasm") return { backend: createReferenceBackend(), faults: [] };
      return { backend: opened++ === 0 ? createDyingBackend(10) : undefined, faults: [] };
    };
    await started({ openBackend });
    page.send({ type: "play" });
    const { fault } = await page.until("fault");
    expect(fault).toEqual({ code: "device-lost-again", details: { attempts: 3 } });
    await page.until("playing", ({ playing, reason }) => !playing && reason === "fault");
    expect((await page.save()).bytes.byteLength).toBeGreaterThan(0);
    expect(page.events.filter(({ type }) => type === "recovering")).toHaveLength(3);
    const from = page.events.length;
    page.send({ type: "use-cpu" });
    expect((await page.until("recovered", () => true, from)).backend.kind).toBe("cpu");
    await page.trainTo(40);
    expect(page.losses(1)).toHaveLength(40);
  });
});
