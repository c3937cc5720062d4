/**
 * The built-in tasks learn, on WebGPU, what their descriptions promise. What they are compared with is computed here a
 * second time, from the packages that the data come from, so that a baseline that is too easy would show.
 */
import { readFileSync } from "node:fs";
import type { Page } from "@playwright/test";
import { dictionary } from "cmu-pronouncing-dictionary";
import {
  counter,
  expectPausedAt,
  expectReady,
  expectWebGpu,
  field,
  leadingNumber,
  openPage,
  PATIENCE_MS,
  QUERY,
  readMetrics,
  stopAt,
} from "./instrument.ts";
import { expect, test } from "./page.ts";

test.describe.configure({ timeout: 300_000 });

/** Opens the bare page, where the first task starts by itself, and lets a task's own preset train to a step. */
async function trainPreset(page: Page, title: string, step: number, search: string = QUERY.gpu): Promise<void> {
  await openPage(page, search);
  await expectReady(page);
  const card = page.getByRole("button", { name: new RegExp(`^${title}`) });
  if ((await card.getAttribute("aria-pressed")) === "false") await card.click();
  await expect(card).toHaveAttribute("aria-pressed", "true");
  await expect(page.getByText("The panel shows the run as it is.")).toBeVisible({ timeout: PATIENCE_MS });
  await expect(field(page, "Seed")).toHaveValue("1");
  await stopAt(page, step);
  await expectPausedAt(page, step);
  await expectWebGpu(page);
}

test("weather: better than naive by 4 % in test RMSE within 400 steps", async ({ page }) => {
  await trainPreset(page, "Seattle weather", 400, QUERY.tuned);
  const metrics = await readMetrics(page);
  const naive = leadingNumber(metrics.get("same as today")?.get("RMSE"));
  expect(naive).toBeCloseTo(naiveRmse(), 2);
  expect(leadingNumber(metrics.get("best")?.get("RMSE"))).toBeLessThanOrEqual(0.96 * naive);
});

test("spelling: validation perplexity below the bigram model's after 200 steps", async ({ page }) => {
  await trainPreset(page, "English spelling", 200);
  const metrics = await readMetrics(page);
  const bigram = leadingNumber(metrics.get("bigram model")?.get("perplexity"));
  // Of other words than those that the page holds out: equal but for what a sample of a thousand words varies.
  expect(Math.abs(bigram - bigramPerplexity())).toBeLessThan(0.4);
  expect(leadingNumber(await counter(page, "Perplexity").innerText())).toBeLessThan(bigram);
});

test("delayed recall: 90 % of fresh sequences within 300 steps", async ({ page }) => {
  await trainPreset(page, "Delayed recall", 300);
  const metrics = await readMetrics(page);
  expect(leadingNumber(metrics.get("guessing")?.get("accuracy"))).toBe(25);
  expect(leadingNumber(metrics.get("best")?.get("accuracy"))).toBeGreaterThanOrEqual(90);
});

/** Root mean square of tomorrow's maximum minus today's, °C, over the days of 2015 with thirty days of 2015 behind them. */
function naiveRmse(): number {
  const lines = readFileSync("node_modules/vega-datasets/data/seattle-weather.csv", "utf8").trim().split("\n");
  const rows = lines.slice(1).map((line) => line.split(","));
  const maxima = rows.filter(([date]) => date?.startsWith("2015")).map((cells) => Number(cells[2]));
  const errors = maxima.slice(30).map((maximum, i) => maximum - (maxima[i + 29] ?? Number.NaN));
  return Math.sqrt(errors.reduce((sum, error) => sum + error ** 2, 0) / errors.length);
}

/** Add-one bigram model of letters: fitted on all words but every hundredth, perplexity of those. */
function bigramPerplexity(): number {
  const words = Object.keys(dictionary).filter((word) => /^[a-z]{2,14}$/.test(word));
  const symbols = 27; // letters, and the boundary that begins and ends a word
  const pairsOf = (word: string) => [...word, "·"].map((next, i) => (word[i - 1] ?? "·") + next);
  const counts = new Map<string, number>();
  const count = (key: string) => counts.set(key, (counts.get(key) ?? 0) + 1);
  for (const pair of words.filter((_, i) => i % 100 !== 0).flatMap(pairsOf)) {
    count(pair);
    count(pair.charAt(0));
  }
  const held = words.filter((_, i) => i % 100 === 0).flatMap(pairsOf);
  const surprise = (pair: string) =>
    -Math.log(((counts.get(pair) ?? 0) + 1) / ((counts.get(pair.charAt(0)) ?? 0) + symbols));
  return Math.exp(held.reduce((sum, pair) => sum + surprise(pair), 0) / held.length);
}
