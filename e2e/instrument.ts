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

/**
 * What the page is asked for in its address. A software adapter takes seconds to compile kernels and seconds more to measure
 * plans, so each spec asks for no more than it is about.
 */
export const QUERY = {
  /** On the adapter, by fixed plans. */
  gpu: "?backend=webgpu&tune=off",
  /** On the adapter, by plans that are measured before step 0. */
  tuned: "?backend=webgpu",
  /** On the fast CPU player, which starts at once: for what is true of the page whoever computes. */
  page: "?backend=wasm",
} as const;

/** Opens the page without a link, so that its first task starts by itself. */
export async function openPage(page: Page, search: string = QUERY.gpu): Promise<void> {
  await page.goto(`./${search}`);
}

/** Opens a link to an experiment, as somebody who got it; `search` goes between path and fragment. Nothing trains yet. */
export async function openExperiment(page: Page, experiment: Experiment, search: string = QUERY.gpu): Promise<void> {
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
  const input = field(page, "Stop at step");
  await input.fill(String(step));
  await input.press("Enter");
  await expect(input).toHaveValue(String(step));
}

/** A number of the experiment panel as a field; units stand once for each layer. */
export function field(page: Page, name: string): Locator {
  return page.getByRole("textbox", { name, exact: true });
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

/** The same for one of the CPU's players. */
export async function expectCpu(page: Page, kind: "cpu" | "wasm"): Promise<void> {
  await expectBackend(page, kind === "cpu" ? /^CPU \(reference\)$/ : /^CPU \(fast\)$/, kind);
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

/** A file that the page gave, with the name it gave it. */
export interface Downloaded {
  readonly name: string;
  readonly bytes: Buffer;
}

/** Clicks what downloads and returns the file. */
async function downloadFrom(button: Locator): Promise<Downloaded> {
  const [download] = await Promise.all([button.page().waitForEvent("download"), button.click()]);
  return { name: download.suggestedFilename(), bytes: await readFile(await download.path()) };
}

/** Saves the run by its button. */
export function saveRun(page: Page): Promise<Downloaded> {
  return downloadFrom(page.getByRole("button", { name: "Save", exact: true }));
}

/** A column of the curves as the page exports them, by step; steps without a value are left out. */
export async function readCurve(page: Page, column = "train_loss"): Promise<Map<number, number>> {
  const { bytes } = await downloadFrom(page.getByRole("button", { name: "Losses as CSV" }));
  const [head = "", ...lines] = bytes.toString("utf8").trim().split("\r\n");
  const index = head.split(",").indexOf(column);
  const rows = lines.map((line) => line.split(","));
  return new Map(rows.filter((cells) => cells[index]).map((cells) => [Number(cells[0]), Number(cells[index])]));
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
