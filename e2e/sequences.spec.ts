/**
 * A model that turns one sequence into another, on the page: its answers, its attention over the source, a source that
 * the user types, and the decoder's own controls.
 */
import type { Experiment } from "../src/core/experiment.ts";
import { calendarDates } from "../src/tasks/calendar-dates.ts";
import { expectWebGpu, openExperiment, PATIENCE_MS, trainTo } from "./instrument.ts";
import { expect, test } from "./page.ts";

test.describe.configure({ timeout: 240_000 });

/** The preset, small enough for a software adapter. */
function smallExperiment(): Experiment {
  const { preset } = calendarDates;
  if (!preset) throw new Error("the task has no preset");
  return {
    ...preset,
    model: {
      ...preset.model,
      layers: [{ cell: "gru", reset: "after", activation: "tanh", units: 4, direction: "both" }],
      decoder: {
        cell: { cell: "gru", reset: "after", activation: "tanh" },
        context: { kind: "bahdanau", attention: { score: "additive", width: 4 } },
        sampling: { givenShare: 0.9, own: "likeliest" },
      },
    },
    training: { ...preset.training, batch: 8, evaluateEvery: 2 },
  };
}

test("dates: attention, answers and a typed source", async ({ page }) => {
  await openExperiment(page, smallExperiment());
  await expectWebGpu(page);
  await trainTo(page, 2);
  // Twelve held-out dates with what the model makes of them.
  const answers = page.getByRole("table", { name: /^The first 12 held-out sources/ });
  await expect(answers.getByRole("rowheader")).toHaveCount(12, { timeout: PATIENCE_MS });
  // The run stands, so a search is made, also where the last picture was taken in passing.
  const found = page.getByRole("heading", { name: "Likeliest answers found" });
  await expect(found).toBeVisible({ timeout: PATIENCE_MS });

  const source = "29 February 2024";
  await page.getByRole("textbox", { name: /^Text to read/ }).fill(source);
  await page.getByRole("button", { name: "Show gates" }).click();
  const attention = page.getByRole("application", { name: /^Attention, gate α: 16 units by \d+ steps/ });
  await expect(attention).toBeVisible({ timeout: PATIENCE_MS });
  await expect(page.getByRole("application", { name: /^Decoder, gate z: 8 units/ })).toBeVisible();
  await expect(page.getByRole("application", { name: /^Layer 1 backward, gate z: 4 units/ })).toBeVisible();

  // At the first step of the answer the shares of all source symbols make 1.
  await attention.focus();
  await attention.press("Home");
  for (let t = 0; t < source.length; t++) await attention.press("ArrowRight");
  await attention.press("PageUp");
  await attention.press("PageUp");
  const said = page.getByRole("status", { name: "Value at the cursor" });
  let sum = 0;
  for (let unit = 1; unit <= source.length; unit++) {
    await expect(said).toContainText(`t ${source.length + 1} (·), unit ${unit} (`);
    sum += Number(/: (\S+)$/.exec(await said.innerText())?.[1]);
    await attention.press("ArrowDown");
  }
  expect(sum).toBeCloseTo(1, 4);

  await expect(found).toBeVisible();
  await expect(page.getByRole("radio", { name: "before the step" })).toBeChecked();
});
