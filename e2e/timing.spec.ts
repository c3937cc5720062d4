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
  // Both are rounded: the sum to 3 digits, each time to as many as the largest has.
  expect(read(/^([\d.,]+) ms/.exec(told ?? "")?.[1]) / sum).toBeCloseTo(1, 1);
  for (const cells of rows) {
    expect(cells[2], cells[0]).toMatch(/^\S+/);
    expect(read(cells[3]), cells[0]).toBeGreaterThanOrEqual(1);
  }
});

test("plans are measured before the first step, as the page says, and kept for the next visit", async ({ page }) => {
  test.setTimeout(2 * PATIENCE_MS);
  // What is measured quickly is said for a moment only.
  await page.addInitScript(() => {
    const said: string[] = [];
    Reflect.set(globalThis, "said", said);
    new MutationObserver(() => {
      for (const bar of document.querySelectorAll("progress")) said.push(bar.getAttribute("aria-label") ?? "");
    }).observe(document, { subtree: true, childList: true, attributes: true });
  });
  await openExperiment(page, smallWeather, QUERY.tuned);
  const said: unknown = await page.evaluate(() => Reflect.get(globalThis, "said"));
  expect(said).toContainEqual(expect.stringMatching(/^Measuring what is fastest on this device, \d+ of \d+: \S/));
  // How much of it there is depends on what there was time for.
  expect(await page.evaluate(() => localStorage.getItem("gatescope-plans"))).toContain('"plans":{"');
  await trainTo(page, 3);
});
