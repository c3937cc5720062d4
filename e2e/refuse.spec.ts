/**
 * What cannot be had is refused in one plain sentence with the numbers, and whatever was training stays as it was. Each
 * test ends with a training step of the run that it began with.
 */
import { deflateRawSync } from "node:zlib";
import type { Page } from "@playwright/test";
import type { Experiment } from "../src/core/experiment.ts";
import { USUAL_OPTIMIZERS } from "../src/core/optimizer-choice.ts";
import { smallWeather } from "./experiments.ts";
import {
  counter,
  expectPausedAt,
  expectReady,
  expectStepAbove,
  field,
  notice,
  openExperiment,
  openPage,
  PATIENCE_MS,
  QUERY,
  readStep,
  saveRun,
  trainTo,
  transport,
} from "./instrument.ts";
import { expect, test } from "./page.ts";
import { readSafetensorsFile } from "./safetensors-reader.ts";

test.describe.configure({ timeout: 240_000 });

const linkTo = (value: unknown): string => `#e=${deflateRawSync(JSON.stringify(value)).toString("base64url")}`;

/** The small experiment with the units of its layer replaced by anything. */
const withUnits = (units: unknown): unknown => ({
  ...smallWeather,
  model: { ...smallWeather.model, layers: [{ ...smallWeather.model.layers[0], units }] },
});

const refusedUnits = (actual: string): string =>
  `This experiment was refused: model.layers.0.units must be a whole number from 1 to 1024, but is ${actual}. What was training is untouched.`;

const UNREADABLE = "The link does not hold a readable experiment; nothing was started.";

const LINKS: readonly { readonly what: string; readonly hash: string; readonly sentence: string }[] = [
  { what: "a broken escape", hash: "#%", sentence: UNREADABLE },
  { what: "no base64", hash: "#e=%%%", sentence: UNREADABLE },
  { what: "no deflated text", hash: "#e=AAAA", sentence: UNREADABLE },
  {
    what: "a later version",
    hash: linkTo({ ...smallWeather, version: 2 }),
    sentence: "This experiment was made by a later version of Gatescope. Reload the page to get that version.",
  },
  { what: "a thousand million units", hash: linkTo(withUnits(1e9)), sentence: refusedUnits("1000000000") },
  { what: "no units", hash: linkTo(withUnits(0)), sentence: refusedUnits("0") },
  { what: "half a unit", hash: linkTo(withUnits(1.5)), sentence: refusedUnits("1.5") },
  {
    what: "a tag",
    hash: linkTo(withUnits("<img src=x onerror=alert(1)>")),
    sentence: refusedUnits('"<img src=x onerror=alert(1)>"'),
  },
  {
    what: "100 kB",
    hash: `#e=${"A".repeat(100_000)}`,
    sentence: "The link holds 100,000 characters; the limit is 65,536. Nothing was started.",
  },
  {
    what: "a text that inflates without end",
    hash: `#e=${deflateRawSync(" ".repeat(2 ** 22)).toString("base64url")}`,
    sentence: "The link holds more than an experiment can need. Nothing was started.",
  },
];

/** The run that stood at `step` is still there, and still trains. */
async function expectUntouched(page: Page, step: number): Promise<void> {
  await expectPausedAt(page, step);
  await transport(page, "Step").click();
  await expectPausedAt(page, step + 1);
}

test("bad links leave the open page as it is", async ({ page }) => {
  await openExperiment(page, smallWeather, QUERY.page);
  await trainTo(page, 3);
  for (const { what, hash, sentence } of LINKS) {
    await page.evaluate((fragment) => {
      location.hash = fragment;
    }, hash);
    const refusal = page.getByRole("alert").filter({ hasText: sentence });
    await expect(refusal, what).toBeVisible();
    await refusal.getByRole("button", { name: "Dismiss" }).click();
    await expect(refusal, what).toBeHidden();
  }
  await expectUntouched(page, 3);
});

test("a page opened with a bad link shows the default run, which waits", async ({ page }) => {
  await openPage(page, `${QUERY.page}#%`);
  await expectReady(page);
  await expect(notice(page, UNREADABLE)).toBeVisible();
  await expect(page.getByText("parameters of step 0")).toBeVisible({ timeout: PATIENCE_MS });
  await expectUntouched(page, 0);
});

test("numbers out of range stay in their field with the reason beside it", async ({ page }) => {
  await openExperiment(page, smallWeather, QUERY.page);
  await trainTo(page, 3);
  const units = field(page, "Units");
  for (const [text, sentence] of [
    ["0", "0 is outside 1 to 1,024."],
    ["1e9", "1e9 is outside 1 to 1,024."],
    ["2.5", "2.5 is not a whole number from 1 to 1,024."],
    ["abc", "Type a number from 1 to 1,024."],
    ["", "Type a number from 1 to 1,024."],
  ] as const) {
    await units.fill(text);
    await expect(page.getByRole("alert").filter({ hasText: sentence }), text).toBeVisible();
    await expect(units).toHaveValue(text);
    await expect(page.getByText("First mend the field that is marked.")).toBeVisible();
    await expect(page.getByRole("button", { name: "Start with these settings" })).toBeDisabled();
  }
  await page.getByRole("button", { name: "Discard" }).click();
  await expect(units).toHaveValue("8");
  await expectUntouched(page, 3);
});

test("a network larger than the device is refused beforehand, with the numbers", async ({ page }) => {
  await openExperiment(page, smallWeather);
  await trainTo(page, 3);
  await field(page, "Units").fill("1024");
  await field(page, "Batch").fill("1024");
  await field(page, "Length").fill("300");
  const start = page.getByRole("button", { name: "Start with these settings" });
  await start.click();
  await expect(
    notice(
      page,
      /^This network does not fit the device: \S+ needs [\d,]{11,} bytes, the limit is [\d,]{9,}\. Take fewer/,
    ),
  ).toBeVisible({ timeout: PATIENCE_MS });
  await field(page, "Length").fill("4096");
  await start.click();
  await expect(
    notice(page, "There is too little data: 365 rows, and windows of 4,096 steps need at least 4,097."),
  ).toBeVisible({ timeout: PATIENCE_MS });
  await expectUntouched(page, 3);
});

/** A file as the chooser gives it. */
const fileOf = (name: string, content: string) => ({ name, mimeType: "text/plain", buffer: Buffer.from(content) });

async function choose(page: Page, button: string, file: ReturnType<typeof fileOf>): Promise<void> {
  const chooser = page.waitForEvent("filechooser");
  await page.getByRole("dialog").getByRole("button", { name: button }).click();
  await (await chooser).setFiles(file);
}

test("files that are no text are refused in the dialog", async ({ page }) => {
  await openExperiment(page, smallWeather, QUERY.page);
  await trainTo(page, 3);
  await page.getByRole("button", { name: /^Your text/ }).click();
  const dialog = page.getByRole("dialog", { name: "Your text" });
  await choose(page, "Choose a file", fileOf("empty.txt", ""));
  await expect(dialog.getByText("This file is empty.")).toBeVisible();
  await choose(page, "Choose a file", fileOf("binary.txt", "abc\0def"));
  await expect(dialog.getByText("This is no text: there is a zero byte at offset 3.")).toBeVisible();
  await expect(dialog.getByRole("button", { name: "Start training" })).toBeHidden();
  await dialog.getByRole("button", { name: "Close" }).click();
  await expectUntouched(page, 3);
});

test("tables that cannot be learned from are refused with row and column", async ({ page }) => {
  await openExperiment(page, smallWeather, QUERY.page);
  await trainTo(page, 3);
  await page.getByRole("button", { name: /^Your series/ }).click();
  const dialog = page.getByRole("dialog", { name: "Your series" });
  const wide = Array.from({ length: 100_000 }, (_, i) => `c${i}`).join(",");
  for (const [table, sentence] of [
    ["a,b\n1,2\n", "Rows below the header: 1; at least 2 are needed."],
    [`${wide}\n`, "This table has 100,000 columns; the limit is 1,024."],
    ["a,b\n1,2\n3\n", "Row 3: the header has 2 cells, this row 1."],
    ["a,b\n1,2\n3,\n5,6\n", "Row 3, column b: the cell is empty. Fill it or leave the column out."],
    ["a,b\n1,2\n3,4\n5,six\n", "Row 4, column b: six is not a number."],
    ["a,b\n1,2\n3,1e999\n5,6\n", "Row 3, column b: 1e999 is too large for a number."],
  ] as const) {
    await choose(page, "Choose a table (.csv)", fileOf("table.csv", table));
    await expect(dialog.getByText(sentence), sentence).toBeVisible();
  }
  await expect(dialog.getByRole("checkbox", { name: "b as input" })).toBeDisabled();
  await dialog.getByRole("button", { name: "Start training" }).click(); // column a alone, of three rows
  await expect(notice(page, /^There is too little data: \d rows, and windows of 30 steps need at least/)).toBeVisible();
  await expectUntouched(page, 3);
});

/** The small experiment with another optimizer. */
function trainedBy(optimizer: Experiment["training"]["optimizer"], learningRate: number): Experiment {
  return { ...smallWeather, training: { ...smallWeather.training, optimizer, learningRate, clipNorm: null } };
}

test("a loss that is no longer finite stops the run at its last good parameters", async ({ page }) => {
  await openExperiment(page, trainedBy(USUAL_OPTIMIZERS.sgd, 10));
  await transport(page, "Play").click();
  const told = page.getByRole("alert").filter({ hasText: /Step \d+: The numbers are no longer finite/ });
  await expect(told).toBeVisible({ timeout: PATIENCE_MS });
  await expect(transport(page, "Play")).toBeVisible();
  const file = readSafetensorsFile((await saveRun(page)).bytes);
  for (const [name, { values }] of file.tensors) expect(values.every(Number.isFinite), name).toBe(true);
  await expect(told.getByRole("button", { name: "Go on with a tenth of the learning rate" })).toBeVisible();
  const stopped = await readStep(page);
  await told.getByRole("button", { name: "Go on with gradient clipping" }).click();
  // From step 0, as no evaluation has chosen a better state yet, and past where it stopped.
  await expect(notice(page, `The run of ${stopped} steps was put aside.`)).toBeVisible({ timeout: PATIENCE_MS });
  await expectStepAbove(page, stopped);
});

test("a loss that has left for good pauses the run", async ({ page }) => {
  const { optimizer } = smallWeather.training;
  await openExperiment(page, trainedBy(optimizer, 1e6), QUERY.page);
  await transport(page, "Play").click();
  const told = page
    .getByRole("alert")
    .filter({ hasText: /The loss is \S+, far above its best \S+, and has been for 20/ });
  await expect(told).toBeVisible({ timeout: PATIENCE_MS });
  await expect(transport(page, "Play")).toBeVisible();
  await expect(counter(page, "Loss")).not.toHaveText(/NaN|∞/);
  const stopped = await readStep(page);
  await told.getByRole("button", { name: "Go on with a tenth of the learning rate" }).click();
  await expect(field(page, "Learning rate")).toHaveValue("100000");
  await expectStepAbove(page, stopped);
});
