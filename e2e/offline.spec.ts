/** After the first visit the app needs no network, and training works all the same. */
import { expect, test } from "./page.ts";

test("the page loads and trains without a network", async ({ page, context }) => {
  await page.goto("./");
  await page.evaluate(() => navigator.serviceWorker.ready.then(() => undefined));
  await expect.poll(() => page.evaluate(() => navigator.serviceWorker.controller !== null)).toBe(true);
  await context.setOffline(true);
  await page.reload();
  const step = page
    .getByRole("term")
    .filter({ hasText: /^Step$/ })
    .locator("+ dd");
  await expect
    .poll(async () => Number((await step.innerText()).replace(/\D/g, "")), { timeout: 60_000 })
    .toBeGreaterThan(2);
});
