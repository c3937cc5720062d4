/**
 * The page keeps up: pictures come one at a time however slow it is, a tab that nobody sees trains on without pictures,
 * and leaving the page loses nothing. How long the main thread was blocked is reported, not judged: that depends on the
 * machine.
 */
import type { Page } from "@playwright/test";
import { smallWeather } from "./experiments.ts";
import {
  expectPausedAt,
  expectReady,
  expectStepAbove,
  notice,
  openExperiment,
  PATIENCE_MS,
  QUERY,
  readCurve,
  readStep,
  trainTo,
  transport,
} from "./instrument.ts";
import { expect, test } from "./page.ts";

test.describe.configure({ timeout: 240_000 });

/** What went over the road between page and worker. */
interface Traffic {
  readonly snapshots: number;
  readonly acknowledged: number;
  /** Most snapshots that the page had and had not acknowledged. */
  readonly mostInFlight: number;
}

/** Counts pictures on their way, from before the worker starts. */
async function countTraffic(page: Page): Promise<() => Promise<Traffic>> {
  await page.addInitScript(() => {
    const traffic = { snapshots: 0, acknowledged: 0, mostInFlight: 0 };
    Reflect.set(globalThis, "traffic", traffic);
    const typeOf = (message: unknown): unknown =>
      typeof message === "object" && message !== null ? Reflect.get(message, "type") : undefined;
    globalThis.Worker = class extends Worker {
      constructor(url: string | URL, options?: WorkerOptions) {
        super(url, options);
        this.addEventListener("message", ({ data }) => {
          if (typeOf(data) !== "snapshot") return;
          traffic.snapshots++;
          traffic.mostInFlight = Math.max(traffic.mostInFlight, traffic.snapshots - traffic.acknowledged);
        });
      }
      override postMessage(message: unknown, options: StructuredSerializeOptions | Transferable[] = []): void {
        if (typeOf(message) === "acknowledge-snapshot") traffic.acknowledged++;
        super.postMessage(message, Array.isArray(options) ? { transfer: options } : options);
      }
    };
  });
  return () => page.evaluate(() => ({ ...Reflect.get(globalThis, "traffic") }));
}

test("a page six times slower gets one picture at a time, and the newest", async ({ page }, info) => {
  const traffic = await countTraffic(page);
  await page.addInitScript(() => {
    const blocked: number[] = [];
    Reflect.set(globalThis, "blocked", blocked);
    new PerformanceObserver((list) => blocked.push(...list.getEntries().map(({ duration }) => duration))).observe({
      type: "longtask",
    });
  });
  await openExperiment(page, smallWeather);
  await transport(page, "Play").click();
  await expectStepAbove(page, 20);
  await page.evaluate(() => Reflect.get(globalThis, "blocked").splice(0));
  const from = await readStep(page);
  await expectStepAbove(page, from + 60);
  const blocked: readonly number[] = await page.evaluate(() => Reflect.get(globalThis, "blocked"));
  const longest = Math.max(0, ...blocked).toFixed(0);
  info.annotations.push({
    type: "main thread",
    description: `${blocked.length} tasks over 50 ms, longest ${longest} ms`,
  });

  const cdp = await page.context().newCDPSession(page);
  await cdp.send("Emulation.setCPUThrottlingRate", { rate: 6 });
  const before = await traffic();
  await expect
    .poll(async () => (await traffic()).snapshots, { timeout: PATIENCE_MS })
    .toBeGreaterThan(before.snapshots + 3);
  await cdp.send("Emulation.setCPUThrottlingRate", { rate: 1 });
  await transport(page, "Pause").click();
  const { mostInFlight } = await traffic();
  expect(mostInFlight).toBe(1);
  await expect(transport(page, "Play")).toBeVisible();
  await transport(page, "Step").click();
  await expect(async () => {
    await expect(page.getByText(`parameters of step ${(await readStep(page)).toLocaleString("en")}`)).toBeVisible();
  }).toPass({ timeout: PATIENCE_MS });
});

/** Hides or shows the tab, as far as the page can tell. */
async function setHidden(page: Page, hidden: boolean): Promise<void> {
  await page.evaluate((value) => {
    Object.defineProperty(document, "hidden", { configurable: true, get: () => value });
    Object.defineProperty(document, "visibilityState", {
      configurable: true,
      get: () => (value ? "hidden" : "visible"),
    });
    document.dispatchEvent(new Event("visibilitychange"));
  }, hidden);
}

test("a hidden tab trains on without pictures and catches up when it is shown", async ({ page }) => {
  const traffic = await countTraffic(page);
  await openExperiment(page, smallWeather);
  await transport(page, "Play").click();
  await expectStepAbove(page, 5);
  await setHidden(page, true);
  await expectStepAbove(page, (await readStep(page)) + 20); // what was on its way has come
  const { snapshots } = await traffic();
  await expectStepAbove(page, (await readStep(page)) + 100);
  expect((await traffic()).snapshots).toBe(snapshots);
  await setHidden(page, false);
  await expect.poll(async () => (await traffic()).snapshots, { timeout: PATIENCE_MS }).toBeGreaterThan(snapshots);
});

test("a hidden tab pauses where that is wished, and goes on when it is shown", async ({ page }) => {
  await openExperiment(page, smallWeather, QUERY.page);
  await page.getByRole("button", { name: "Help" }).click();
  await page.getByRole("checkbox", { name: "Pause while this tab is hidden" }).check();
  await page.keyboard.press("Escape");
  await transport(page, "Play").click();
  await expectStepAbove(page, 5);
  await setHidden(page, true);
  await expect(transport(page, "Play")).toBeVisible();
  await setHidden(page, false);
  await expect(transport(page, "Pause")).toBeVisible();
  await expectStepAbove(page, (await readStep(page)) + 2);
});

test("a page that rests in the browser's cache pauses, and goes on when it comes back", async ({ page }) => {
  await openExperiment(page, smallWeather, QUERY.page);
  await transport(page, "Play").click();
  await expectStepAbove(page, 5);
  const turn = (type: string) =>
    page.evaluate((name) => dispatchEvent(new PageTransitionEvent(name, { persisted: true })), type);
  await turn("pagehide");
  await expect(transport(page, "Play")).toBeVisible();
  await turn("pageshow");
  await expect(transport(page, "Pause")).toBeVisible();
  await expectStepAbove(page, (await readStep(page)) + 2);
});

test("a reload, and going away and back, bring the run back where it was", async ({ page }) => {
  await openExperiment(page, smallWeather, QUERY.page);
  await trainTo(page, 30);
  const undisturbed = [...(await readCurve(page))];
  await transport(page, "Reset").click();
  await trainTo(page, 12);
  await expectKept(page, 12);
  await page.reload();
  await expectReady(page);
  await expect(notice(page, /^Your last run is back at step 12\./)).toBeVisible({ timeout: PATIENCE_MS });
  await trainTo(page, 20);
  expect([...(await readCurve(page))]).toEqual(undisturbed.slice(12, 20));

  await expectKept(page, 20);
  await page.goto("about:blank");
  await page.goBack();
  await expectReady(page);
  await expectPausedAt(page, 20);
  await trainTo(page, 30);
  expect([...(await readCurve(page))]).toEqual(undisturbed.slice(20));
});

/** Waits until the browser's database holds the run at a step. */
async function expectKept(page: Page, step: number): Promise<void> {
  const keptText = () =>
    page.evaluate(async () => {
      const [info] = await indexedDB.databases();
      const database = await new Promise<IDBDatabase>((resolve, reject) => {
        const request = indexedDB.open(info?.name ?? "");
        request.onsuccess = () => resolve(request.result);
        request.onerror = () => reject(request.error);
      });
      const texts: string[] = [];
      for (const store of database.objectStoreNames) {
        const rows = await new Promise<unknown[]>((resolve) => {
          const request = database.transaction(store).objectStore(store).getAll();
          request.onsuccess = () => resolve(request.result);
        });
        for (const row of rows) {
          const file: unknown = typeof row === "object" && row !== null ? Reflect.get(row, "file") : undefined;
          if (file instanceof ArrayBuffer) texts.push(new TextDecoder().decode(file));
        }
      }
      database.close();
      return texts.join("\n");
    });
  await expect.poll(keptText, { timeout: PATIENCE_MS }).toContain(`\\"step\\":${step},`);
}
