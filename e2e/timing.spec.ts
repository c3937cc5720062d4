/** The plan and the times of the operations as a user meets them. */
import { smallWeather } from "./experiments.ts";
import { openExperiment, openPage, PATIENCE_MS, QUERY, trainTo } from "./instrument.ts";
import { expect, test } from "./page.ts";

/** A number as the page writes it. */
const read = (text: string | undefined) => Number((text ?? "").replaceAll(",", ""));

test("the panel of times names every operation of a step, with its implementation and real numbers", async ({
  page,
}) => {
  await openPage(page);
  const panel = page.getByRole("region", { name: "Time", exact: true });
  await panel.getByText("Where the time of a step goes").click();
  const table = panel.getByRole("table", { name: "Operations of a training step in order of play" });
  await expect(table).toBeVisible({ timeout: 30_000 });
  const rows = await table
    .getByRole("row")
    .evaluateAll((found) => found.slice(1).map((row) => [...row.children].map((cell) => cell.textContent ?? "")));
  const operations = rows.map(([operation]) => operation);
  for (const wanted of ["gru-forward", "gru-backward", "weight-gradient", "optimizer-adam"]) {
    expect(operations).toContain(wanted);
  }
  const times = rows.map((cells) => read(cells[4]));
  for (const ms of times) expect(ms).toBeGreaterThanOrEqual(0);
  const sum = times.reduce((total, ms) => total + ms, 0);
  expect(sum).toBeGreaterThan(0);
  const told = await panel.getByText(/ms of computing in the step after step/).textContent();
  // Both are rounded to two decimals.
  expect(read(/^([\d.,]+) ms/.exec(told ?? "")?.[1])).toBeCloseTo(sum, 0);
  for (const cells of rows) {
    expect(cells[2], cells[0]).toMatch(/^\S+/);
    expect(read(cells[3]), cells[0]).toBeGreaterThanOrEqual(1);
  }
});

test("plans are measured before the first step, as the page says, and kept for the next visit", async ({ page }) => {
  test.setTimeout(2 * PATIENCE_MS);
  const kept = () => page.evaluate(() => Object.values(localStorage).join("\n"));
  const opened = openExperiment(page, smallWeather, QUERY.tuned);
  await expect(page.getByText(/^Measuring what is fastest on this device, \d+ of \d+: \S/)).toBeVisible({
    timeout: PATIENCE_MS,
  });
  await opened;
  expect(await kept()).toContain('"implementation":');
  await trainTo(page, 3);
});
