/** Runs before every other spec: without a WebGPU adapter none of them can tell anything, and one sentence says why. */
import { browserFlags, findBrowser } from "../scripts/browser.mjs";
import { expect, test } from "./page.ts";

test("the browser has a WebGPU adapter", async ({ page }) => {
  await page.goto("./");
  const vendor = await page.evaluate(async () => (await navigator.gpu?.requestAdapter())?.info.vendor);
  const tried = `${findBrowser() ?? "Playwright's Chromium"} with ${browserFlags.filter((flag) => flag.includes("webgpu")).join(" ")}`;
  expect(vendor, `No WebGPU adapter: tried ${tried}.`).toBeDefined();
});
