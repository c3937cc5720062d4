/**
 * Where WebGPU cannot be had the page says why and trains on the CPU; where the engine or a part of the page breaks, the
 * rest goes on. Faults of the worker are provoked by a line in front of its script.
 */
import { chromium, type Page } from "@playwright/test";
import { browserFlags, findBrowser } from "../scripts/browser.mjs";
import { smallWeather } from "./experiments.ts";
import {
  counter,
  expectCpu,
  expectReady,
  expectStepAbove,
  expectWebGpu,
  notice,
  openExperiment,
  openPage,
  PATIENCE_MS,
  QUERY,
  readCurve,
  readStep,
  saveRun,
  trainTo,
  transport,
} from "./instrument.ts";
import { expect, test } from "./page.ts";

test.describe.configure({ timeout: 240_000 });

/** It is that player of the CPU, and it learns: the loss falls over twenty steps. */
async function expectLearnsOnCpu(page: Page, kind: "cpu" | "wasm"): Promise<void> {
  await expectCpu(page, kind);
  await trainTo(page, 20);
  const losses = [...(await readCurve(page)).values()];
  expect(losses).toHaveLength(20);
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  expect(mean(losses.slice(-5))).toBeLessThan(mean(losses.slice(0, 5)));
}

/** Puts a line of script in front of the engine's worker. */
async function prefixWorker(page: Page, line: string): Promise<void> {
  await page.route(/\/assets\/entry-[^/]*\.js$/, async (route) => {
    const response = await route.fetch();
    await route.fulfill({ response, body: `${line}\n${await response.text()}` });
  });
}

test("?backend=cpu trains on the CPU, as wished", async ({ page }) => {
  await openExperiment(page, smallWeather, "?backend=cpu");
  await expectLearnsOnCpu(page, "cpu");
});

test("?backend=wasm trains on the fast CPU player, under the worker's own policy", async ({ page }) => {
  await openExperiment(page, smallWeather, "?backend=wasm");
  await expectLearnsOnCpu(page, "wasm");
});

test("where the policy forbids WebAssembly the plain CPU player trains, and the page says so", async ({ page }) => {
  await page.route(/\/assets\/entry-[^/]*\.js$/, async (route) => {
    const response = await route.fetch();
    const { "content-security-policy": policy = "", ...headers } = response.headers();
    await route.fulfill({
      response,
      headers: { ...headers, "content-security-policy": policy.replace(" 'wasm-unsafe-eval'", "") },
    });
  });
  await openExperiment(page, smallWeather, "?backend=wasm");
  await expect(notice(page, /^This browser does not compile WebAssembly with SIMD here/)).toBeVisible();
  await expectLearnsOnCpu(page, "cpu");
});

test("a browser without an adapter trains on the CPU and says why", async ({ baseURL, complaints }) => {
  const executablePath = findBrowser();
  const args = browserFlags.filter((flag) => !flag.includes("webgpu"));
  const browser = await chromium.launch({ ...(executablePath && { executablePath }), args });
  const page = await (await browser.newContext({ ...(baseURL && { baseURL }) })).newPage();
  await complaints.listenTo(page);
  await openExperiment(page, smallWeather, "");
  await expect(
    notice(page, /^(This browser has no WebGPU|The browser found no usable GPU).* trains on the CPU/),
  ).toBeVisible();
  await expectLearnsOnCpu(page, "wasm");
  await browser.close();
});

const REASONS = [
  {
    title: "no navigator.gpu in the worker",
    line: 'Object.defineProperty(WorkerNavigator.prototype, "gpu", { get: () => undefined });',
    sentence: "This browser has no WebGPU, so the network trains on the CPU: slower, same numbers.",
  },
  {
    title: "no adapter",
    line: "GPU.prototype.requestAdapter = async () => null;",
    sentence:
      "The browser found no usable GPU (it may be blocked, or have crashed too often), so the network trains on the CPU.",
  },
  {
    title: "a device that is refused every time",
    line: 'GPUAdapter.prototype.requestDevice = async () => { throw new TypeError("limit"); };',
    sentence: "The GPU refused to open, so the network trains on the CPU.",
  },
] as const;

for (const { title, line, sentence } of REASONS) {
  test(`${title}: named, and the CPU trains`, async ({ page }) => {
    await prefixWorker(page, line);
    await openExperiment(page, smallWeather, "");
    await expect(notice(page, sentence)).toBeVisible();
    await expectLearnsOnCpu(page, "wasm");
  });
}

test("a device that is refused once is asked for again", async ({ page }) => {
  const once =
    'const ask = GPUAdapter.prototype.requestDevice; GPUAdapter.prototype.requestDevice = async () => { GPUAdapter.prototype.requestDevice = ask; throw new TypeError("limit"); };';
  await prefixWorker(page, once);
  await openExperiment(page, smallWeather);
  await expectWebGpu(page);
  await trainTo(page, 3);
});

test("a worker that does not load is told, and can be started again", async ({ page, complaints }) => {
  complaints.expect(/404/);
  await page.route(/\/assets\/entry-[^/]*\.js$/, (route) => route.fulfill({ status: 404, body: "Not found" }));
  await openPage(page);
  await expect(notice(page, "The engine stopped. What you see stays; start it again to go on.")).toBeVisible();
  await expect(page.getByRole("button", { name: "engine stopped" })).toBeVisible();
  await page.unrouteAll();
  await page.getByRole("button", { name: "Start the engine again" }).click();
  await expectReady(page);
  await expectWebGpu(page);
  await expectStepAbove(page, 2);
});

test("a part of the page that breaks leaves the engine training and the run savable", async ({ page, complaints }) => {
  complaints.expect(/broken picture/);
  await openExperiment(page, smallWeather, QUERY.page);
  await page.evaluate(() => {
    const { observe } = ResizeObserver.prototype;
    ResizeObserver.prototype.observe = function (this: ResizeObserver, element, options) {
      if (element.closest("[aria-roledescription=heatmap]") && !document.title.startsWith("mended")) {
        throw new Error("broken picture");
      }
      observe.call(this, element, options);
    };
  });
  // Pictures of one more layer are mounted, and cannot be.
  await page.getByRole("button", { name: "Add a layer" }).click();
  await page.getByRole("button", { name: "Start with these settings" }).click();
  const broken = page.getByRole("alert").filter({ hasText: "This part of the page failed: broken picture" });
  await expect(broken).toBeVisible({ timeout: PATIENCE_MS });
  await expectStepAbove(page, (await readStep(page)) + 2);
  expect((await saveRun(page)).bytes.length).toBeGreaterThan(1000);
  await page.evaluate(() => {
    document.title = "mended";
  });
  await broken.getByRole("button", { name: "Show it again" }).click();
  await expect(page.getByRole("application", { name: /^Layer 2, gate h:/ })).toBeVisible();
  await expect(transport(page, "Pause")).toBeVisible();
  await expect(counter(page, "Loss")).not.toHaveText("–");
});
