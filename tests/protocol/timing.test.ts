/** Measuring before a run and during it: progress, the wish to skip, what is kept, and that looking changes nothing. */
import { afterEach, describe, expect, test, vi } from "vitest";
import { createReferenceBackend } from "../../src/backends/reference/player.ts";
import type { Backend } from "../../src/core/backend.ts";
import type { Plan } from "../../src/core/program.ts";
import { experiment, openStartedPage } from "./driven-page.ts";
import { openPage, type Page } from "./page.ts";

vi.setConfig({ testTimeout: 60_000 });

let page: Page;
afterEach(() => page.close());

/** The CPU player with a choice that takes until somebody skips it. */
function createChoosyBackend(): Backend {
  const backend = createReferenceBackend();
  return {
    ...backend,
    async tune(program, { progress, skipped, memory }) {
      progress(0, 2, "gru-forward");
      while (!skipped()) await new Promise((resolve) => setTimeout(resolve, 5));
      memory.remember("cpu | gru-forward", { implementation: "twin", sizes: {} });
      progress(2, 2, "");
      return backend.plan(program);
    },
  };
}

function open(measured: Plan | null): Page {
  const opened = openPage({ openBackend: async () => ({ backend: createChoosyBackend(), faults: [] }) });
  opened.send({ type: "open-backend", wish: "auto", measured });
  return opened;
}

const start = (runId: number) =>
  page.send({ type: "start", runId, experiment, own: null, plan: null, autoplay: false });

describe("measuring before step 0", () => {
  test("tells its progress, ends when the page skips it, and hands on what is known", async () => {
    page = open({ "cpu | earlier": { implementation: "twin", sizes: {} } });
    start(1);
    expect(await page.until("tuning")).toMatchObject({ runId: 1, done: 0, total: 2, operation: "gru-forward" });
    expect(page.events.map(({ type }) => type)).not.toContain("started");
    page.send({ type: "skip-tuning" });
    await page.until("started");
    const { measured } = await page.until("tuned");
    expect(Object.keys(measured)).toEqual(["cpu | earlier", "cpu | gru-forward"]);
  });

  test("gives way to the next run that is asked for", async () => {
    page = open({});
    start(1);
    await page.until("tuning");
    start(2);
    await page.until("started", ({ runId }) => runId === 1);
    await page.until("tuning", ({ runId }) => runId === 2);
    page.send({ type: "skip-tuning" });
    await page.until("started", ({ runId }) => runId === 2);
  });

  test("is left out where the page asks for fixed defaults", async () => {
    page = open(null);
    start(1);
    await page.until("started");
    expect(page.events.map(({ type }) => type)).not.toContain("tuning");
  });

  test("is left out for a run that goes on with its plan", async () => {
    page = open({});
    start(1);
    await page.until("tuning");
    page.send({ type: "skip-tuning" });
    await page.until("started");
    page.send({ type: "save", purpose: "download" });
    const { bytes } = await page.until("saved");
    const from = page.events.length;
    page.send({ type: "open-run", runId: 2, file: bytes, own: null });
    await page.until("started", () => true, from);
    expect(page.events.slice(from).map(({ type }) => type)).not.toContain("tuning");
  });
});

test("a profile says how long each operation of a step takes, and the run goes on as if nobody had looked", async () => {
  const looked = await openStartedPage();
  page = looked;
  await looked.trainTo(7);
  looked.send({ type: "profile" });
  const { step, method, times } = await looked.until("profiled");
  expect({ step, method }).toEqual({ step: 7, method: "clock" });
  expect(times.map(({ operation }) => operation)).toEqual(expect.arrayContaining(["gru-forward", "gru-backward"]));
  expect(new Set(times.map(({ phase }) => phase))).toEqual(new Set(["forward", "backward", "update"]));
  for (const { ms, dispatches } of times) {
    expect(ms).toBeGreaterThanOrEqual(0);
    expect(dispatches).toBeGreaterThanOrEqual(1);
  }
  await looked.trainTo(20);
  const plain = await openStartedPage();
  await plain.trainTo(20);
  expect(looked.losses(1)).toEqual(plain.losses(1));
  expect(new Uint8Array((await looked.save()).bytes)).toEqual(new Uint8Array((await plain.save()).bytes));
  plain.close();
});
