/**
 * The GPU process is killed while a run trains. Each test has a browser of its own, because a browser that lost its GPU
 * twice gives no adapter any more.
 */
import { type Browser, chromium, type Page } from "@playwright/test";
import { browserFlags, findBrowser } from "../scripts/browser.mjs";
import { smallWeather } from "./experiments.ts";
import {
  expectCpu,
  expectPausedAt,
  expectStepAbove,
  expectWebGpu,
  notice,
  openExperiment,
  PATIENCE_MS,
  readCurve,
  readStep,
  saveRun,
  stopAt,
  trainTo,
  transport,
} from "./instrument.ts";
import { expect, test } from "./page.ts";

test.describe.configure({ timeout: 300_000 });

/** Long enough that the device goes while steps are in flight. */
const END = 300;

async function openBrowser(): Promise<Browser> {
  const executablePath = findBrowser();
  return chromium.launch({ ...(executablePath && { executablePath }), args: browserFlags });
}

/** Ends the process that computes. The command itself may be answered with its death. */
async function crashGpu(browser: Browser): Promise<void> {
  const session = await browser.newBrowserCDPSession();
  await session.send("Browser.crashGpuProcess").catch(() => undefined);
}

/** Starts towards `END` and waits until training is on its way. */
async function trainAway(page: Page): Promise<void> {
  await stopAt(page, END);
  await transport(page, "Play").click();
  await expectStepAbove(page, 20);
}

test("a lost device is replaced and the curve has no seam", async ({ baseURL, complaints }) => {
  const browser = await openBrowser();
  const page = await browser.newPage({ ...(baseURL && { baseURL }) });
  await complaints.listenTo(page);
  await openExperiment(page, smallWeather);
  await trainTo(page, END);
  const undisturbed = await readCurve(page);
  await transport(page, "Reset").click();
  await expectPausedAt(page, 0);
  await trainAway(page);
  await crashGpu(browser);
  await expect(notice(page, /^A new GPU took over at step/)).toBeVisible({ timeout: PATIENCE_MS });
  expect(await readStep(page)).toBeLessThan(END);
  await expectPausedAt(page, END);
  await expectWebGpu(page);
  expect(await readCurve(page)).toEqual(undisturbed);
  await browser.close();
});

test("lost for good, the run rests and goes on with the CPU", async ({ baseURL, complaints }) => {
  const browser = await openBrowser();
  const page = await browser.newPage({ ...(baseURL && { baseURL }) });
  await complaints.listenTo(page);
  await openExperiment(page, smallWeather);
  await trainAway(page);
  await crashGpu(browser);
  await expect(notice(page, /^A new GPU took over at step/)).toBeVisible({ timeout: PATIENCE_MS });
  await crashGpu(browser);
  const told = page.getByRole("alert").filter({ hasText: "Your run is safe: go on with the CPU" });
  await expect(told).toBeVisible({ timeout: PATIENCE_MS });
  await expect(transport(page, "Play")).toBeVisible();
  const { name } = await saveRun(page);
  const saved = Number(/-step-(\d+)\./.exec(name)?.[1]);
  expect(saved).toBeLessThanOrEqual(END);
  await told.getByRole("button", { name: "Go on with the CPU" }).click();
  await expectCpu(page, "wasm");
  await transport(page, "Play").click();
  await expectStepAbove(page, saved + 5);
  const losses = await readCurve(page);
  expect([...losses.keys()]).toEqual(Array.from(losses.keys(), (_, step) => step));
  await browser.close();
});
