/** The page for everybody: no violation that axe finds, no sideways scrolling, and the system's wishes are respected. */
import { AxeBuilder } from "@axe-core/playwright";
import type { Page } from "@playwright/test";
import { smallWeather } from "./experiments.ts";
import {
  expectPausedAt,
  expectReady,
  notice,
  openExperiment,
  openPage,
  PATIENCE_MS,
  QUERY,
  readStep,
  trainTo,
  transport,
} from "./instrument.ts";
import { expect, test } from "./page.ts";

test.describe.configure({ timeout: 180_000 });

const WIDE = { width: 1440, height: 900 };
const PHONE = { width: 390, height: 844 };
/** What is left of 1280 pixels at 400 %. */
const ZOOMED = { width: 320, height: 256 };

/** Everything that axe finds fault with, as rule and element. */
async function violations(page: Page): Promise<readonly string[]> {
  const { violations: found, passes } = await new AxeBuilder({ page }).analyze();
  expect(passes.length).toBeGreaterThan(10); // it did look
  return found.flatMap(({ id, nodes }) =>
    nodes.map(({ target, failureSummary }) => `${id}: ${target} ${failureSummary}`),
  );
}

/** A run with some steps done: curve, gates and result are there. */
async function openTrained(page: Page, search: string = QUERY.page): Promise<void> {
  await openExperiment(page, smallWeather, search);
  await trainTo(page, 21);
  await expect(page.getByRole("table", { name: "On the test data" })).toBeVisible({ timeout: PATIENCE_MS });
}

for (const colorScheme of ["light", "dark"] as const) {
  test(`no violations on a desk and on a phone, ${colorScheme}`, async ({ page }) => {
    await page.setViewportSize(WIDE);
    await page.emulateMedia({ colorScheme });
    await openTrained(page);
    await page.getByText(/^More settings$/).click();
    await page.getByText("More of the model").click();
    expect(await violations(page)).toEqual([]);
    await page.setViewportSize(PHONE);
    expect(await violations(page)).toEqual([]);
    await page.getByRole("heading", { name: "Experiment" }).click();
    await page.getByRole("button", { name: "More", exact: true }).click();
    expect(await violations(page)).toEqual([]);
  });

  test(`no violations in dialogs, ${colorScheme}`, async ({ page }) => {
    await page.emulateMedia({ colorScheme });
    // The report on a device says more of an adapter.
    await openTrained(page, colorScheme === "light" ? QUERY.gpu : QUERY.page);
    const clean = async (title: string) => {
      await expect(page.getByRole("dialog", { name: title })).toBeVisible();
      expect(await violations(page), title).toEqual([]);
    };
    await page.getByRole("button", { name: "Help" }).click();
    await clean("Help");
    await page.getByRole("button", { name: "Sources and licences" }).click();
    await clean("Sources and licences");
    await page.keyboard.press("Escape");
    await page.getByRole("button", { name: /^(WebGPU|CPU)/ }).click();
    await clean("Device");
    await page.keyboard.press("Escape");
    await page.getByRole("button", { name: /^Your text/ }).click();
    await clean("Your text");
    await page.keyboard.press("Escape");
    await page.getByRole("button", { name: /^Your series/ }).click();
    const chooser = page.waitForEvent("filechooser");
    await page.getByRole("button", { name: "Choose a table (.csv)" }).click();
    const buffer = Buffer.from("a,b\n1,2\n3,x\n5,6\n");
    await (await chooser).setFiles({ name: "table.csv", mimeType: "text/csv", buffer });
    await expect(page.getByRole("checkbox", { name: "a as input" })).toBeVisible();
    await clean("Your series");
  });
}

/** Pixels by which the page is wider than its window. */
const overhang = (page: Page): Promise<number> =>
  page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);

test("nothing scrolls sideways on a phone or at 400 %", async ({ page }) => {
  await openTrained(page);
  await page.setViewportSize(ZOOMED);
  expect(await overhang(page)).toBe(0);
  await page.getByRole("heading", { name: "Experiment" }).click();
  await page.getByText(/^More settings$/).click();
  expect(await overhang(page)).toBe(0);
  await page.setViewportSize(PHONE);
  expect(await overhang(page)).toBe(0);
});

test("with reduced motion nothing starts by itself", async ({ page }) => {
  await page.emulateMedia({ reducedMotion: "reduce" });
  await openPage(page, QUERY.page);
  await expectReady(page);
  await expect(notice(page, "Ready. Press Play (or Space) to train.")).toBeVisible();
  await expect(page.getByText("parameters of step 0")).toBeVisible({ timeout: PATIENCE_MS });
  await expectPausedAt(page, 0);
});

test("in forced colours controls keep their edges and the gates their colours", async ({ page }) => {
  await page.emulateMedia({ forcedColors: "active" });
  await openTrained(page);
  const edge = await transport(page, "Play").evaluate((button) => getComputedStyle(button).borderTopWidth);
  expect(Number.parseFloat(edge)).toBeGreaterThan(0);
  const colours = await page
    .getByRole("application", { name: /^Layer 1, gate h:/ })
    .locator("canvas")
    .evaluate((canvas: HTMLCanvasElement) => {
      const pixels = canvas.getContext("2d")?.getImageData(0, 0, canvas.width, canvas.height).data ?? [];
      return new Set(Array.from({ length: pixels.length / 4 }, (_, i) => `${pixels[4 * i]} ${pixels[4 * i + 1]}`)).size;
    });
  expect(colours).toBeGreaterThan(10);
  const step = await readStep(page);
  await transport(page, "Step").click();
  await expectPausedAt(page, step + 1);
});
