/** A run leaves the page and comes back: as a link that holds the experiment, as a file that holds everything. */
import type { Browser, Page } from "@playwright/test";
import { smallWeather } from "./experiments.ts";
import {
  counter,
  expectPausedAt,
  expectReady,
  expectWebGpu,
  field,
  notice,
  openExperiment,
  PATIENCE_MS,
  QUERY,
  readCurve,
  saveRun,
  trainTo,
  transport,
} from "./instrument.ts";
import { type Complaints, expect, test } from "./page.ts";

test.describe.configure({ timeout: 240_000 });

test("a shared link opens the same experiment elsewhere, waits for Play and gives the same curve", async ({
  page,
  context,
  browser,
  baseURL,
  complaints,
}) => {
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  // Both measure their plans, and would seldom agree to the last bit: the plan of the first comes with the link.
  await openExperiment(page, smallWeather, QUERY.tuned);
  await field(page, "Seed").fill("42");
  await field(page, "Units").fill("6");
  await page.getByRole("radio", { name: /^before/ }).check({ force: true }); // its label is drawn over it
  await page.getByRole("button", { name: "Start with these settings" }).click();
  await expect(page.getByText("The panel shows the run as it is.")).toBeVisible({ timeout: PATIENCE_MS });
  await transport(page, "Reset").click();
  await expectPausedAt(page, 0);
  await trainTo(page, 5);
  await page.getByRole("button", { name: "Share" }).click();
  await expect(notice(page, "Link copied. It holds the whole experiment and no data.")).toBeVisible();
  const link = await page.evaluate(() => navigator.clipboard.readText());
  expect(link.startsWith(`${baseURL}#e=`)).toBe(true);
  expect(link).toMatch(/&p=[\w-]+$/);

  const other = await openElsewhere(browser, complaints);
  await other.goto(link.replace("#", `${QUERY.tuned}#`));
  await expectReady(other);
  await expect(notice(other, /^This experiment came with the link/)).toBeVisible();
  await expect(other.getByText("parameters of step 0")).toBeVisible({ timeout: PATIENCE_MS });
  await expectPausedAt(other, 0);
  await expect(field(other, "Seed")).toHaveValue("42");
  await expect(field(other, "Units")).toHaveValue("6");
  await expect(other.getByRole("radio", { name: /^before/ })).toBeChecked();
  await expectWebGpu(other);
  await trainTo(other, 5);
  expect(await readCurve(other)).toEqual(await readCurve(page));
  await other.context().close();
});

test("a saved run, opened by button or by drop, goes on as the run that never stopped", async ({
  page,
  browser,
  baseURL,
  complaints,
}) => {
  await openExperiment(page, smallWeather, QUERY.tuned); // the file holds the plan that was measured here
  await expectWebGpu(page);
  await trainTo(page, 22);
  const { name, bytes } = await saveRun(page);
  expect(name).toBe("gatescope-seattle-weather-step-22.safetensors");
  await trainTo(page, 45);
  const uninterrupted = [...(await readCurve(page))].slice(22);
  expect(uninterrupted).toHaveLength(23);

  const other = await openElsewhere(browser, complaints);
  await other.goto(`${baseURL}`);
  await expectReady(other);
  const chooser = other.waitForEvent("filechooser");
  await other.getByRole("button", { name: "Open", exact: true }).click();
  await (await chooser).setFiles({ name, mimeType: "application/octet-stream", buffer: bytes });
  await expect(notice(other, /^The saved run is open at step 22/)).toBeVisible({ timeout: PATIENCE_MS });
  await expectPausedAt(other, 22);
  await expect(field(other, "Seed")).toHaveValue("7");
  await trainTo(other, 45);
  expect([...(await readCurve(other))]).toEqual(uninterrupted);

  await dropFile(other, name, bytes);
  await expect(counter(other, "Step")).toHaveText("22", { timeout: PATIENCE_MS });
  await trainTo(other, 25);
  expect([...(await readCurve(other))]).toEqual(uninterrupted.slice(0, 3));
  await other.context().close();
});

/** A page of another visitor: nothing that this one has stored is there. */
async function openElsewhere(browser: Browser, complaints: Complaints): Promise<Page> {
  const context = await browser.newContext();
  const page = await context.newPage();
  await complaints.listenTo(page);
  return page;
}

/** Drops a file on the page, as a file manager would. */
async function dropFile(page: Page, name: string, file: Buffer): Promise<void> {
  const transfer = await page.evaluateHandle(
    ({ content, fileName }) => {
      const bytes = Uint8Array.from(atob(content), (letter) => letter.charCodeAt(0));
      const data = new DataTransfer();
      data.items.add(new File([bytes], fileName));
      return data;
    },
    { content: file.toString("base64"), fileName: name },
  );
  await page.dispatchEvent("body", "dragover", { dataTransfer: transfer });
  await page.dispatchEvent("body", "drop", { dataTransfer: transfer });
}
