/**
 * Who computes: the race between a software WebGPU and the CPU, the choice in the device dialog, and the measurements before
 * a run, which can be skipped.
 */
import type { Locator, Page } from "@playwright/test";
import { smallWeather } from "./experiments.ts";
import {
  expectPausedAt,
  expectReady,
  expectWebGpu,
  openExperiment,
  PATIENCE_MS,
  QUERY,
  readCurve,
  trainTo,
  transport,
} from "./instrument.ts";
import { expect, test } from "./page.ts";

test.describe.configure({ timeout: 240_000 });

const BADGE = /^(WebGPU · .|CPU \()/;

/** Opens the device dialog by its badge. */
async function openDevice(page: Page): Promise<Locator> {
  await page.getByRole("button", { name: BADGE }).click();
  return page.getByRole("dialog", { name: "Device" });
}

test("on a software adapter the page races it against the CPU and says who was faster", async ({ page }) => {
  await openExperiment(page, smallWeather, "?backend=auto");
  const sentence = page.getByText(/^WebGPU here is a software renderer: .* a step/);
  await expect(sentence).toBeVisible();
  const told = /renderer: ([\d.,e+-]+) ms a step; the CPU player: ([\d.,e+-]+) ms\. So this run trains on (.*)\.$/.exec(
    await sentence.innerText(),
  );
  const [webgpuMs, cpuMs] = [told?.[1], told?.[2]].map((text) => Number(text?.replaceAll(",", "")));
  expect(webgpuMs).toBeGreaterThan(0);
  expect(cpuMs).toBeGreaterThan(0);
  const faster = Number(cpuMs) <= Number(webgpuMs) ? "the CPU" : "WebGPU";
  expect(told?.[3]).toBe(faster);
  const badge = page.getByRole("button", { name: faster === "WebGPU" ? /^WebGPU · ./ : /^CPU \(fast\)$/ });
  await expect(badge).toBeVisible();
  await trainTo(page, 5);
  // Remembered: the next start measures nothing, so it says the same numbers.
  const before = await sentence.innerText();
  await transport(page, "Reset").click();
  await expectPausedAt(page, 0);
  await expect(sentence).toHaveText(before);
  await expect(badge).toBeVisible();
});

test("the player is chosen by keyboard, for new runs: the present one keeps its own, also through Undo", async ({
  page,
}) => {
  await openExperiment(page, smallWeather);
  await expectWebGpu(page);
  await trainTo(page, 12);
  const dialog = await openDevice(page);
  const choice = dialog.getByRole("group", { name: "New runs train on" });
  await choice.getByRole("radio", { name: "WebGPU" }).focus();
  await page.keyboard.press("ArrowRight");
  await expect(choice.getByRole("radio", { name: "CPU (fast)" })).toBeChecked();
  expect(new URL(page.url()).searchParams.get("backend")).toBe("wasm");
  await expect(
    dialog.getByRole("status").filter({ hasText: /^The run on the page stays on WebGPU · ./ }),
  ).toBeVisible();
  await dialog.getByRole("button", { name: "Start this experiment again" }).click();
  await expect(dialog.getByText("The run on the page trains on CPU (fast).")).toBeVisible({ timeout: PATIENCE_MS });
  await page.keyboard.press("Escape");
  await trainTo(page, 3);
  await expect(page.getByRole("button", { name: "CPU (fast)" })).toBeVisible();

  await transport(page, "Undo").click();
  await expectPausedAt(page, 12);
  await expectWebGpu(page);
  await trainTo(page, 24);
  const resumed = await readCurve(page);
  await page.reload();
  await expectReady(page);
  await expect((await openDevice(page)).getByRole("radio", { name: "CPU (fast)" })).toBeChecked();
  await page.keyboard.press("Escape");

  // The same run without the detour.
  await openExperiment(page, smallWeather);
  await expectWebGpu(page);
  await trainTo(page, 24);
  const straight = [...(await readCurve(page))];
  expect(straight).toHaveLength(24);
  expect([...resumed].slice(-12)).toEqual(straight.slice(12));
});

test("a player that cannot be had is not offered, and the dialog says why", async ({ page }) => {
  await page.route(/\/assets\/entry-[^/]*\.js$/, async (route) => {
    const response = await route.fetch();
    await route.fulfill({
      response,
      body: `GPU.prototype.requestAdapter = async () => null;\n${await response.text()}`,
    });
  });
  await openExperiment(page, smallWeather, "?backend=auto");
  const dialog = await openDevice(page);
  await expect(dialog.getByRole("radio", { name: "WebGPU" })).toBeDisabled();
  await expect(dialog.getByRole("radio", { name: "CPU (fast)" })).toBeEnabled();
  await expect(dialog.getByText(/WebGPU cannot be chosen\. The browser found no usable GPU/)).toBeVisible();
});

/** Clicks Skip at its first appearance and returns what the page said then: measurements may end before a test looks. */
async function skipAtOnce(page: Page): Promise<() => Promise<string>> {
  let told = "";
  await page.exposeFunction("tellSkipped", (text: string) => {
    told ||= text;
  });
  await page.addInitScript(() => {
    new MutationObserver((_, observer) => {
      const skip = [...document.querySelectorAll("button")].find(({ textContent }) => textContent === "Skip");
      if (!skip) return;
      observer.disconnect();
      const tell: unknown = Reflect.get(globalThis, "tellSkipped");
      if (typeof tell === "function") tell(skip.parentElement?.textContent);
      skip.click();
    }).observe(document, { childList: true, subtree: true });
  });
  return async () => {
    await expect.poll(() => told, { timeout: PATIENCE_MS }).not.toBe("");
    return told;
  };
}

test("the measurements before a run can be skipped; it starts with what is known", async ({ page }) => {
  const skipped = await skipAtOnce(page);
  await openExperiment(page, smallWeather, QUERY.tuned);
  expect(await skipped()).toMatch(/^Measuring what is fastest on this device, 0 of \d+/);
  const known = await page.evaluate(() => {
    const kept: unknown = JSON.parse(localStorage.getItem("gatescope-plans") ?? "{}");
    return typeof kept === "object" && kept !== null && "plans" in kept ? Object.keys(kept.plans ?? {}).length : 0;
  });
  // What was being measured when the click came is not kept either: its race was not run to the end.
  expect(known).toBe(0);
  await expectWebGpu(page);
  await trainTo(page, 5);
});
