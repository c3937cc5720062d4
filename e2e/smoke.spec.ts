/** The house itself: the page loads from plain files, at any address, and its policy holds for page and worker. */
import { readdirSync, readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import type { Response, Worker } from "@playwright/test";
import { headersFor, securityHeaders } from "../build/security-headers.mjs";
import { serve } from "../scripts/serve.mjs";
import { expect, test } from "./page.ts";

test("every response carries the security headers, the worker's script included", async ({ page }) => {
  const responses: Response[] = [];
  page.on("response", (response) => {
    if (response.url().startsWith("http")) responses.push(response);
  });
  const started = page.waitForEvent("worker");
  await page.goto("./");
  const worker = await started;
  await expect.poll(() => responses.map((response) => response.url())).toContain(worker.url());
  // Those that come later, while the page closes, cannot be asked any more.
  for (const response of [...responses]) {
    expect(await response.allHeaders()).toMatchObject(lowerCased(headersFor(response.url())));
  }
  expect(headersFor(worker.url())).not.toBe(securityHeaders);
  for (const [path, status] of [["./sw.js", 200] as const, ["./no-such-file", 404] as const]) {
    const answer = await page.request.get(path);
    expect(answer.status()).toBe(status);
    expect(answer.headers()).toMatchObject(lowerCased(securityHeaders));
  }
});

test("the app works under any base path", async ({ page }) => {
  const server = await serve({ folder: "dist", port: 4191, base: "/some/repository/" });
  const started = page.waitForEvent("worker");
  await page.goto(server.url);
  await expect(page).toHaveTitle(/Gatescope/);
  await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
  expect((await started).url()).toContain("/some/repository/assets/");
  server.close();
});

test("the data modules stay within 400 kB gzipped", async () => {
  const modules = readdirSync("dist/assets").filter((file) => file.startsWith("_virtual_") && file.endsWith(".js"));
  expect(modules.length).toBeGreaterThanOrEqual(2);
  const bytes = modules.map((file) => gzipSync(readFileSync(`dist/assets/${file}`)).byteLength);
  expect(bytes.reduce((total, size) => total + size, 0)).toBeLessThanOrEqual(400_000);
});

test("neither page nor worker can reach another origin", async ({ page, complaints }) => {
  complaints.expect(/connect-src|violates the document.s Content Security Policy/);
  const elsewhere = await serve({ folder: "dist", port: 4192 });
  const started = page.waitForEvent("worker");
  await page.goto("./");
  expect(await blockedBy(page, elsewhere.url)).toBe("connect-src");
  expect(await blockedBy(await started, elsewhere.url)).toBe("connect-src");
  elsewhere.close();
});

/** The directive that stops a request to `url`; "none" where the request gets through. Without CORS any server would do. */
function blockedBy(context: { evaluate: Worker["evaluate"] }, url: string): Promise<string> {
  return context.evaluate(
    (address) =>
      new Promise<string>((resolve, reject) => {
        addEventListener("securitypolicyviolation", (event) => resolve(event.violatedDirective), { once: true });
        fetch(address, { mode: "no-cors" }).then(
          () => resolve("none"),
          () => setTimeout(() => reject(new Error("refused, but not by the policy")), 2000),
        );
      }),
    url,
  );
}

/** Header names as the browser reports them. */
function lowerCased(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}
