/**
 * Techniques are chosen by the page's own controls and show what they did: a layer that reads both ways, how weights start,
 * pruning, early stopping, carried memory and the full batch.
 */
import type { Locator, Page } from "@playwright/test";
import { encodeLink } from "../src/storage/link.ts";
import { recallPreset } from "../src/tasks/delayed-recall.ts";
import { smallWeather } from "./experiments.ts";
import {
  counter,
  expectPausedAt,
  expectStepAbove,
  expectWebGpu,
  field,
  leadingNumber,
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

const FULL_BATCH = "Full batch: every training window in each step";
const startButton = (page: Page): Locator => page.getByRole("button", { name: "Start with these settings" });

/** One of a few named values; the name of a group goes on with when it acts. */
async function choose(page: Page, group: string, choice: string): Promise<void> {
  await page
    .getByRole("group", { name: new RegExp(`^${group}`) })
    .getByRole("radio", { name: choice, exact: true })
    .check();
}

async function unfold(page: Page, ...titles: readonly string[]): Promise<void> {
  for (const title of titles) await page.getByText(title, { exact: true }).click();
}

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

test("a layer that reads both ways, normalised, with dropout and a learned start, learns", async ({ page }) => {
  const preset = recallPreset(2);
  const layers = [{ cell: "gru", reset: "after", activation: "tanh", units: 8 } as const];
  await openExperiment(page, {
    ...preset,
    model: { ...preset.model, layers },
    training: { ...preset.training, learningRate: 0.03, batch: 16 },
  });
  await expectWebGpu(page);
  await unfold(page, "More about layer 1", "More of the model");
  await choose(page, "Reads", "both ways");
  await choose(page, "State before step 1", "learned");
  await choose(page, "Layer norm", "on");
  await field(page, "Dropout").fill("0.1");
  await page.getByRole("combobox", { name: "Input weights start" }).selectOption("He normal");
  await page.getByRole("combobox", { name: "Recurrent weights start" }).selectOption("identity");
  await expect(page.getByText("Starts with W He normal, U identity, biases 0.")).toBeVisible();
  await startButton(page).click();
  for (const direction of ["forward", "backward"]) {
    for (const gate of ["z", "r", "n", "h"]) {
      const name = new RegExp(`^Layer 1 ${direction}, gate ${gate}: 8 units by 3 steps`);
      await expect(page.getByRole("application", { name })).toBeVisible({ timeout: PATIENCE_MS });
    }
  }
  await expectStepAbove(page, 120);
  await transport(page, "Pause").click();
  await expect(transport(page, "Play")).toBeVisible();
  const losses = [...(await readCurve(page)).values()];
  expect(mean(losses.slice(-10))).toBeLessThan(0.7 * mean(losses.slice(0, 5)));
});

test("pruning shows what is left of each part and what it cost; a share above its range is refused", async ({
  page,
}) => {
  await openExperiment(page, smallWeather, QUERY.page);
  await unfold(page, "More settings");
  await choose(page, "Pruning", "once");
  const share = field(page, "Share pruned");
  await share.fill("1.5");
  await expect(page.getByRole("alert").filter({ hasText: "1.5 is outside 0 to 0.999." })).toBeVisible();
  await expect(startButton(page)).toBeDisabled();
  await share.fill("0.5");
  await field(page, "At step").fill("3");
  await startButton(page).click();
  const summary = page.getByText(/^Pruned to 50% zeros after step 3: validation loss \d\S* before, \d\S* after\.$/);
  await expect(summary).toBeVisible({ timeout: PATIENCE_MS });
  const table = page.getByRole("table", { name: /^Biases are not pruned/ });
  for (const part of ["Layer 1", "Output"]) {
    const row = table.getByRole("row").filter({ has: page.getByRole("rowheader", { name: part }) });
    const [weights, zeros, alone] = await row.getByRole("cell").allInnerTexts();
    expect(leadingNumber(zeros), part).toBe(leadingNumber(weights) / 2);
    expect(leadingNumber(alone), part).toBeGreaterThan(0);
  }
});

test("early stopping rests at the best parameters, and Play goes on from them", async ({ page }) => {
  await openExperiment(page, { ...smallWeather, training: { ...smallWeather.training, evaluateEvery: 3 } }, QUERY.page);
  await unfold(page, "More settings");
  await page.getByRole("checkbox", { name: "Stop early, with the best parameters" }).check();
  await field(page, "Patience").fill("2");
  await field(page, "Least difference").fill("1000"); // no evaluation can be that much better
  await startButton(page).click();
  const told = notice(
    page,
    /Stopped early: 2 evaluations in a row brought no lower validation loss\. The parameters of step \d+, with \d\S*, are back/,
  );
  await expect(told).toBeVisible({ timeout: PATIENCE_MS });
  await expect(transport(page, "Play")).toBeVisible();
  const stopped = await readStep(page);
  await transport(page, "Play").click();
  await expectStepAbove(page, stopped);
});

test("memory is carried on from window to window, and a full batch is kept out of it", async ({ page }) => {
  await openExperiment(page, smallWeather);
  await expectWebGpu(page);
  await unfold(page, "More settings");
  const fullBatch = page.getByRole("checkbox", { name: FULL_BATCH });
  await choose(page, "Memory at a window", "carried on");
  await expect(fullBatch).toBeDisabled();
  await startButton(page).click();
  await expectStepAbove(page, 5);
  await transport(page, "Pause").click();
  await transport(page, "Reset").click();
  await expectPausedAt(page, 0);
  await trainTo(page, 4);
  const training = { ...smallWeather.training, state: "carried", batch: "all" } as const;
  const hash = await encodeLink({ ...smallWeather, training });
  await page.evaluate((fragment) => {
    location.hash = fragment;
  }, hash);
  const refusal = /^This experiment was refused: training\.batch must be a number with carried state.*, but is all\./;
  await expect(notice(page, refusal)).toBeVisible({ timeout: PATIENCE_MS });
  await trainTo(page, 6);
  await choose(page, "Memory at a window", "zero");
  await fullBatch.check();
  await startButton(page).click();
  await expectStepAbove(page, 2);
  await expect(counter(page, "Loss")).toHaveText(/\d/);
});
