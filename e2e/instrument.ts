/**
 * The page as a person uses it: everything is found by its label, role or text, and every number is read where it is
 * written for people. Waiting is for what the page says, never for time.
 */
import { readFile } from "node:fs/promises";
import type { Locator, Page } from "@playwright/test";
import type { Experiment } from "../src/core/experiment.ts";
import { encodeLink } from "../src/storage/link.ts";
import { expect } from "./page.ts";

/** Longest wait for something that trains or compiles: a software adapter on a busy machine is slow, not wrong. */
export const PATIENCE_MS = 180_000;

/** Opens a link to an experiment, as somebody who got it; `search` goes between path and fragment. Nothing trains yet. */
export async function openExperiment(page: Page, experiment: Experiment, search = ""): Promise<void> {
  await page.goto(`./${search}${await encodeLink(experiment)}`);
  await expectReady(page);
}

/** Waits until a run stands. */
export async function expectReady(page: Page): Promise<void> {
  await expect(transport(page, /^(Play|Pause)$/)).toBeEnabled({ timeout: PATIENCE_MS });
}

/** A button of the transport; play and pause are one button with two names. */
export function transport(page: Page, name: "Play" | "Pause" | "Step" | "Reset" | "Undo" | RegExp): Locator {
  return page.getByRole("group", { name: "Training" }).getByRole("button", { name, exact: true });
}

/** A number of the strip under the transport, as it is written. */
export function counter(page: Page, name: string): Locator {
  return page
    .getByLabel("Progress")
    .getByRole("term")
    .filter({ hasText: new RegExp(`^${name}$`) })
    .locator("+ dd");
}

/** The step counter as a number. */
export async function readStep(page: Page): Promise<number> {
  return Number((await counter(page, "Step").innerText()).replaceAll(",", ""));
}

/** Waits until training has come past a step. */
export async function expectStepAbove(page: Page, step: number): Promise<void> {
  await expect.poll(() => readStep(page), { timeout: PATIENCE_MS }).toBeGreaterThan(step);
}

/** Waits until the run is paused at exactly this step. */
export async function expectPausedAt(page: Page, step: number): Promise<void> {
  await expect(counter(page, "Step")).toHaveText(step.toLocaleString("en"), { timeout: PATIENCE_MS });
  await expect(transport(page, "Play")).toBeVisible({ timeout: PATIENCE_MS });
}

/** Has the run stop after a step. */
export async function stopAt(page: Page, step: number): Promise<void> {
  const field = page.getByRole("textbox", { name: "Stop at step" });
  await field.fill(String(step));
  await field.press("Enter");
  await expect(field).toHaveValue(String(step));
}

/** Trains a paused run to a step, where it pauses again. */
export async function trainTo(page: Page, step: number): Promise<void> {
  await stopAt(page, step);
  await transport(page, "Play").click();
  await expectPausedAt(page, step);
}

/** The badge says that a WebGPU adapter computes, and the report that the engine does. */
export async function expectWebGpu(page: Page): Promise<void> {
  await expectBackend(page, /^WebGPU · ./, "webgpu");
}

/** The same for the CPU player. */
export async function expectCpu(page: Page): Promise<void> {
  await expectBackend(page, /^CPU$/, "cpu");
}

async function expectBackend(page: Page, badge: RegExp, kind: string): Promise<void> {
  await page.getByRole("button", { name: badge }).click();
  const report = page.getByRole("dialog", { name: "Device" });
  await expect(report).toContainText(`backend: ${kind}`);
  await report.getByRole("button", { name: "Close" }).first().click();
  await expect(report).toBeHidden();
}

/** The text of a notice, in the corner or under the top bar. */
export function notice(page: Page, text: string | RegExp): Locator {
  return page.getByText(text).first();
}

/** Clicks what downloads and returns the file. */
export async function downloadFrom(button: Locator): Promise<{ name: string; path: string; bytes: Buffer }> {
  const [download] = await Promise.all([button.page().waitForEvent("download"), button.click()]);
  const path = await download.path();
  return { name: download.suggestedFilename(), path, bytes: await readFile(path) };
}

/** Saves the run by its button. */
export function saveRun(page: Page): Promise<{ name: string; path: string; bytes: Buffer }> {
  return downloadFrom(page.getByRole("button", { name: "Save", exact: true }));
}

/** The loss curve as the page exports it: training loss by step. */
export async function readLosses(page: Page): Promise<Map<number, number>> {
  const { bytes } = await downloadFrom(page.getByRole("button", { name: "Losses as CSV" }));
  const [head = "", ...lines] = bytes.toString("utf8").trim().split("\r\n");
  const columns = head.split(",");
  const losses = new Map<number, number>();
  for (const line of lines) {
    const cells = line.split(",");
    const loss = cells[columns.indexOf("train_loss")] ?? "";
    if (loss !== "") losses.set(Number(cells[columns.indexOf("step")]), Number(loss));
  }
  return losses;
}

/** Cells of the table "On the test data" as text, by row name (without its step) and column name (without its unit). */
export async function readMetrics(page: Page): Promise<Map<string, Map<string, string>>> {
  const table = page.getByRole("table", { name: "On the test data" });
  await expect(table).toBeVisible({ timeout: PATIENCE_MS });
  const names = (await table.getByRole("columnheader").allInnerTexts()).slice(1);
  const metrics = new Map<string, Map<string, string>>();
  for (const row of await table
    .getByRole("row")
    .filter({ has: page.getByRole("rowheader") })
    .all()) {
    const cells = await row.getByRole("cell").allInnerTexts();
    const name = (await row.getByRole("rowheader").innerText()).replace(/ \(step .*/, "");
    metrics.set(name, new Map(names.map((column, i) => [column.replace(/,.*/, ""), cells[i] ?? ""])));
  }
  return metrics;
}

/** The number that a text begins with; not a number where it begins with none. */
export function leadingNumber(text: string | undefined): number {
  return Number.parseFloat((text ?? "").replaceAll(",", ""));
}
