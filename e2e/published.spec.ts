/**
 * The published models run unchanged on WebGPU with one click and by link, beat the best constant answer as they promise,
 * and show the gates of their own cells. What they are compared with is computed here, from the same held-out windows.
 */
import type { Page } from "@playwright/test";
import type { PublishedVariant } from "../src/core/published-model.ts";
import { delayedRecall } from "../src/tasks/delayed-recall.ts";
import { noisyWaves } from "../src/tasks/noisy-waves.ts";
import { PUBLISHED_MODELS } from "../src/tasks/published-models.ts";
import { reberGrammar } from "../src/tasks/reber-grammar.ts";
import { sweepDirection } from "../src/tasks/sweep-direction.ts";
import { constantLoss } from "../tests/engine/constant-loss.ts";
import {
  counter,
  expectPausedAt,
  expectReady,
  expectStepAbove,
  expectWebGpu,
  leadingNumber,
  openExperiment,
  openPage,
  PATIENCE_MS,
  QUERY,
  trainTo,
  transport,
} from "./instrument.ts";
import { expect, test } from "./page.ts";

test.describe.configure({ timeout: 300_000 });

const TASKS = [noisyWaves, sweepDirection, reberGrammar, delayedRecall];
const SHARE = 0.7;

/** The validation loss on the page is at most 70 % of the best constant's. */
async function expectLearnt(page: Page, { experiment }: PublishedVariant): Promise<void> {
  const task = TASKS.find(({ name }) => name === experiment.task.name);
  if (!task) throw new Error(`no ${experiment.task.name} here`);
  const constant = constantLoss(await task.load(experiment, null), experiment.model.head);
  expect(leadingNumber(await counter(page, "Validation").innerText())).toBeLessThanOrEqual(SHARE * constant);
}

/** Names of the views of each layer, in order, from the accessible names of the heatmaps. */
async function readViews(page: Page): Promise<readonly string[]> {
  const maps = page.getByRole("application", { name: /^Layer \d, gate / });
  const names = await maps.evaluateAll((elements) =>
    elements.map((element) => element.getAttribute("aria-label") ?? ""),
  );
  return names.map((name) => name.replace(/^Layer (\d), gate (\w+): (\d+) units.*$/, "$1 $2 $3"));
}

const gruViews = (...units: readonly number[]) =>
  units.flatMap((width, i) => ["z", "r", "n", "h"].map((view) => `${i + 1} ${view} ${width}`));

const MODELS = [
  { name: "gru-regression", title: "GRU regression", views: gruViews(64, 32) },
  { name: "gru-binary", title: "GRU yes or no", views: gruViews(64, 32) },
  { name: "bare-gru", title: "Bare GRU cell", views: gruViews(16) },
  { name: "relu-gru", title: "GRU with ReLU", views: gruViews(10) },
  { name: "update-gate-only", title: "Update gate only", views: ["1 z 32", "1 n 32", "1 h 32"] },
  { name: "deep-recurrence", title: "Deep recurrence", views: gruViews(24, 24, 24) },
];

function variantOf(name: string): PublishedVariant {
  const variant = PUBLISHED_MODELS.flatMap(({ variants }) => variants).find((candidate) => candidate.name === name);
  if (!variant) throw new Error(`no variant ${name}`);
  return variant;
}

test("every published model has a card", async ({ page }) => {
  await openPage(page, QUERY.page);
  await expectReady(page);
  expect(MODELS.map(({ name }) => name)).toEqual(PUBLISHED_MODELS.map(({ name }) => name));
  const titles = page.getByRole("region", { name: "Published models" }).getByRole("button", { pressed: false });
  for (const { title } of MODELS) await expect(titles.filter({ hasText: title })).toHaveCount(1);
});

/** One card after the other in one page, as somebody tries them: kernels that a model shares with those before are compiled. */
test("each starts with one click, learns and shows its gates", async ({ page }) => {
  test.setTimeout(600_000);
  await page.emulateMedia({ reducedMotion: "reduce" });
  await openPage(page);
  await expectReady(page);
  for (const { name, title, views } of MODELS) {
    await test.step(name, async () => {
      const variant = variantOf(name);
      const card = page.getByRole("button", { name: new RegExp(`^${title}`) });
      await card.click();
      await expect(card).toHaveAttribute("aria-pressed", "true");
      await expect(page.getByText("The panel shows the run as it is.")).toBeVisible({ timeout: PATIENCE_MS });
      await expectStepAbove(page, variant.steps);
      await transport(page, "Pause").click();
      await expectWebGpu(page);
      await expectLearnt(page, variant);
      expect(await readViews(page), name).toEqual(views);
      await transport(page, "Reset").click(); // the next one's steps count from 0
      await expectPausedAt(page, 0);
    });
  }
});

test("a variant is one click away, and by link it learns within its steps", async ({ page }) => {
  const variant = variantOf("lstm-instead");
  await openExperiment(page, variant.experiment);
  const button = page
    .getByRole("group", { name: "Variants of Update gate only" })
    .getByRole("button", { name: "LSTM" });
  await expect(button).toHaveAttribute("aria-pressed", "true");
  await trainTo(page, variant.steps);
  await expectLearnt(page, variant);
  expect(await readViews(page)).toEqual(["i", "f", "g", "o", "c", "h"].map((view) => `1 ${view} 32`));
  await page.getByRole("button", { name: "plain RNN", exact: true }).click();
  await expect(button).toHaveAttribute("aria-pressed", "false");
  await expect.poll(() => readViews(page), { timeout: PATIENCE_MS }).toEqual(["1 h 32"]);
});
