/** The controls do what they say, by pointer and by key, and what was asked for last wins. */
import type { Locator, Page } from "@playwright/test";
import { smallWeather } from "./experiments.ts";
import {
  expectPausedAt,
  expectReady,
  expectStepAbove,
  expectWebGpu,
  field,
  notice,
  openExperiment,
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

/** The step at which a run rests, from the file that it saves: the page may still count what was in flight. */
async function restingStep(page: Page): Promise<number> {
  await expect(transport(page, "Play")).toBeVisible();
  const { name } = await saveRun(page);
  return Number(/-step-(\d+)\.safetensors$/.exec(name)?.[1]);
}

const heatmap = (page: Page, units: number): Locator =>
  page.getByRole("application", { name: new RegExp(`^Layer 1, gate z: ${units} units by`) });

test("play, pause, step, stop at, reset and undo", async ({ page }) => {
  await openExperiment(page, smallWeather);
  await expectWebGpu(page);
  await transport(page, "Play").click();
  await expectStepAbove(page, 2);
  await transport(page, "Pause").click();
  const paused = await restingStep(page);
  await transport(page, "Step").click();
  await expectPausedAt(page, paused + 1);

  const input = field(page, "Stop at step");
  await input.fill(String(paused));
  await input.press("Enter");
  await expect(notice(page, `Type a whole number above ${paused + 1}.`)).toBeVisible();
  const end = paused + 11;
  await trainTo(page, end);
  await expect(notice(page, `Stopped at step ${end}, as you asked.`)).toBeVisible();
  const losses = await readCurve(page);
  expect([...losses.keys()]).toEqual(Array.from({ length: end }, (_, step) => step));

  await transport(page, "Reset").click();
  await expectPausedAt(page, 0);
  await expect(notice(page, `The run of ${end} steps was put aside.`)).toBeVisible();
  await expect(notice(page, "No data yet. The curve starts with the first training step.")).toBeVisible();
  await transport(page, "Undo").click();
  await expectPausedAt(page, end);
  expect(await readCurve(page)).toEqual(losses);
  await trainTo(page, end + 3);
  const longer = [...(await readCurve(page))];
  expect(longer).toHaveLength(end + 3);
  expect(longer.slice(0, end)).toEqual([...losses]);
});

test("shortcuts, which rest while somebody types", async ({ page }) => {
  await openExperiment(page, smallWeather, QUERY.page);
  await page.keyboard.press("Space");
  await expectStepAbove(page, 2);
  await page.keyboard.press("Space");
  const paused = await restingStep(page);
  await page.getByRole("heading", { level: 1 }).click(); // takes the focus from the button that saved
  await page.keyboard.press("ArrowRight");
  await expectPausedAt(page, paused + 1);
  await page.keyboard.press("r");
  await expectPausedAt(page, 0);
  await page.keyboard.press("Control+z");
  await expectPausedAt(page, paused + 1);

  const seed = field(page, "Seed");
  await seed.fill("");
  await seed.pressSequentially("r 5");
  await seed.press("ArrowRight");
  await expect(seed).toHaveValue("r 5");
  await expect(notice(page, /^Type a number from 0 to/)).toBeVisible();
  await page.getByRole("heading", { level: 1 }).click();
  await page.keyboard.press("ArrowRight");
  await expectPausedAt(page, paused + 2); // the one step of this key, and none of those typed
});

test("the learning rate acts at once", async ({ page }) => {
  await openExperiment(page, smallWeather);
  await trainTo(page, 4);
  await field(page, "Learning rate").fill("0.05"); // leaving the field settles it
  await trainTo(page, 8);
  const rates = [...(await readCurve(page, "learning_rate")).values()];
  expect(rates).toEqual([0.01, 0.01, 0.01, 0.01, 0.05, 0.05, 0.05, 0.05].map(Math.fround).map(nineDigits));
  await transport(page, "Play").click();
  await expectStepAbove(page, 8);
  await field(page, "Learning rate").fill("0.002");
  await field(page, "Learning rate").press("Enter");
  const now = await readStep(page);
  await expectStepAbove(page, now + 5);
  await transport(page, "Pause").click();
  await restingStep(page);
  expect([...(await readCurve(page, "learning_rate")).values()].at(-1)).toBe(nineDigits(Math.fround(0.002)));
});

/** As the page writes a single-precision number into a CSV. */
const nineDigits = (value: number): number => Number(value.toPrecision(9));

test("a change of structure waits, then puts the run aside, and Undo brings it back", async ({ page }) => {
  await openExperiment(page, smallWeather, QUERY.page);
  await trainTo(page, 5);
  await field(page, "Units").fill("4");
  await expect(notice(page, /^1 change waits for a new run/)).toBeVisible();
  await expect(heatmap(page, 8)).toBeVisible();
  await page.getByRole("button", { name: "Start with these settings" }).click();
  await expect(heatmap(page, 4)).toBeVisible({ timeout: PATIENCE_MS });
  await expectStepAbove(page, 0);
  const aside = page.getByRole("status").filter({ hasText: "The run of 5 steps was put aside." });
  await aside.getByRole("button", { name: "Undo" }).click();
  await expectPausedAt(page, 5);
  await expect(heatmap(page, 8)).toBeVisible({ timeout: PATIENCE_MS });
  await expect(field(page, "Units")).toHaveValue("8");
});

test("the theme is chosen, and kept for the next visit", async ({ page }) => {
  await page.emulateMedia({ colorScheme: "light" });
  await openExperiment(page, smallWeather, QUERY.page);
  const brightness = () =>
    page.evaluate(() => {
      const [red = 0, green = 0, blue = 0] = (
        getComputedStyle(document.documentElement).backgroundColor.match(/[\d.]+/g) ?? []
      ).map(Number);
      return (red + green + blue) / 3;
    });
  expect(await brightness()).toBeGreaterThan(200);
  await page.getByRole("combobox", { name: "Theme" }).selectOption("Dark");
  await expect.poll(brightness).toBeLessThan(60);
  await page.reload();
  await expectReady(page);
  expect(await brightness()).toBeLessThan(60);
  await page.getByRole("combobox", { name: "Theme" }).selectOption("System");
  await expect.poll(brightness).toBeGreaterThan(200);
});

/** Presses Tab until the focus is where it is wanted; a person would, too, but not for ever. */
async function tabTo(page: Page, target: Locator): Promise<void> {
  for (let presses = 0; presses < 80; presses++) {
    await page.keyboard.press("Tab");
    if (await target.evaluate((element) => element === document.activeElement)) return;
  }
  throw new Error(`the keyboard does not get to ${target}`);
}

test("the whole way by keyboard: train, change, start, read a gate, open and close the help", async ({ page }) => {
  await openExperiment(page, smallWeather, QUERY.page);
  await tabTo(page, page.getByRole("link", { name: "Skip to the gates" }));
  await tabTo(page, transport(page, "Play"));
  await page.keyboard.press("Enter");
  await expectStepAbove(page, 1);
  await page.keyboard.press("Space");
  await expect(transport(page, "Play")).toBeFocused();
  await tabTo(page, field(page, "Seed"));
  await page.keyboard.type("9"); // a field reached by Tab has its text selected
  await tabTo(page, page.getByRole("button", { name: "Start with these settings" }));
  await page.keyboard.press("Enter");
  await expectStepAbove(page, 1);
  await expect(field(page, "Seed")).toHaveValue("9");

  await tabTo(page, heatmap(page, 8));
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("ArrowDown");
  await expect(page.getByRole("status", { name: "Value at the cursor" })).toContainText(
    /gate z, t 2 \(.*\), unit 2: 0\.\d+/,
  );

  await page.keyboard.press("?");
  const help = page.getByRole("dialog", { name: "Help" });
  await expect(help).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(help).toBeHidden();
  await expect(heatmap(page, 8)).toBeFocused();
});

test("a hundred clicks on play, pause and reset leave one run, and it is the right one", async ({ page }) => {
  await openExperiment(page, smallWeather);
  await trainTo(page, 5);
  const losses = await readCurve(page);
  for (let round = 0; round < 5; round++) {
    await page.evaluate(() => {
      const buttons = [...document.querySelectorAll("button")];
      const reset = buttons.find((button) => button.textContent === "Reset");
      const play = buttons.find((button) => /^(Play|Pause)$/.test(button.textContent));
      for (let i = 0; i < 6; i++) {
        play?.click();
        reset?.click();
        play?.click();
      }
      reset?.click();
    });
  }
  // Nothing can be started while a start is under way: when this can, every click has been answered.
  await field(page, "Seed").fill("9");
  await expect(page.getByRole("button", { name: "Start with these settings" })).toBeEnabled({ timeout: PATIENCE_MS });
  await page.getByRole("button", { name: "Discard" }).click();
  await expectPausedAt(page, 0);
  await trainTo(page, 5);
  expect(await readCurve(page)).toEqual(losses);
});
