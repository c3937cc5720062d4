/** The house itself: the page loads from plain files, under its policy, on a WebGPU adapter. */
import { securityHeaders } from "../build/security-headers.mjs";
import { serve } from "../scripts/serve.mjs";
import { expect, test } from "./page.ts";

test("every response carries the security headers", async ({ page }) => {
  const responses: { url: string; headers: Promise<Record<string, string>> }[] = [];
  page.on("response", (response) => {
    if (response.url().startsWith("http")) responses.push({ url: response.url(), headers: response.allHeaders() });
  });
  await page.goto("./", { waitUntil: "networkidle" });
  const worker = await page.request.get("./sw.js");
  expect(worker.headers()).toMatchObject(lowerCased(securityHeaders));
  const missing = await page.request.get("./no-such-file");
  expect(missing.status()).toBe(404);
  expect(missing.headers()).toMatchObject(lowerCased(securityHeaders));
  expect(responses.map(({ url }) => url)).toContainEqual(expect.stringMatching(/\.js$/));
  for (const { headers } of responses) expect(await headers).toMatchObject(lowerCased(securityHeaders));
});

test("the page has a heading and a title", async ({ page }) => {
  await page.goto("./");
  await expect(page).toHaveTitle(/Gatescope/);
  await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
});

test("the app works under any base path", async ({ page }) => {
  const server = await serve({ folder: "dist", port: 4191, base: "/some/repository/" });
  await page.goto(server.url);
  await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
  server.close();
});

test("the page cannot reach another origin", async ({ page, complaints }) => {
  complaints.expect(/policy: connect-src|Content Security Policy|Refused to connect/);
  await page.goto("./");
  const refused = await page.evaluate(() =>
    fetch("http://127.0.0.1:9/").then(
      () => false,
      () => true,
    ),
  );
  expect(refused).toBe(true);
  await expect.poll(() => complaints.seen.join("\n")).toContain("policy: connect-src");
});

/** Header names as the browser reports them. */
function lowerCased(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}
