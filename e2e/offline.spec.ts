/** After the first visit the app needs no network, and training works all the same. */
import { expectPausedAt, expectReady, openPage, QUERY, trainTo } from "./instrument.ts";
import { expect, test } from "./page.ts";

test("the page loads and trains without a network", async ({ page, context }) => {
  await page.emulateMedia({ reducedMotion: "reduce" }); // nothing starts by itself, so nothing is kept from the first visit
  await openPage(page, QUERY.page);
  await page.evaluate(() => navigator.serviceWorker.ready.then(() => undefined));
  await expect.poll(() => page.evaluate(() => navigator.serviceWorker.controller !== null)).toBe(true);
  await context.setOffline(true);
  await page.reload();
  await expectReady(page);
  await expectPausedAt(page, 0);
  await trainTo(page, 3);
});
