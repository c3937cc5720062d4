/** The static server behind `npm start` and the e2e run: what it gives out, and with which headers. */
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { headersFor, securityHeaders } from "../../build/security-headers.mjs";
import { serve } from "../../scripts/serve.mjs";

let parent = "";
let server: { url: string; close: () => void };

beforeAll(async () => {
  parent = await mkdtemp(join(tmpdir(), "serve-"));
  await mkdir(join(parent, "dist/assets"), { recursive: true });
  await writeFile(join(parent, "secret.txt"), "secret");
  await writeFile(join(parent, "dist/index.html"), "<!doctype html>");
  await writeFile(join(parent, "dist/assets/worker.js"), "export {};");
  await writeFile(join(parent, "dist/assets/entry-abc.js"), "export {};");
  server = await serve({ folder: join(parent, "dist"), port: 4811, base: "/repo/" });
});

afterAll(async () => {
  server.close();
  await rm(parent, { recursive: true });
});

/** Sends the path as it stands: `fetch` would resolve `..` before it leaves. */
function get(path: string, method = "GET"): Promise<{ status: number | undefined; headers: object; body: string }> {
  return new Promise((done, fail) => {
    const sent = request({ host: "localhost", port: new URL(server.url).port, path, method }, (response) => {
      let body = "";
      response.on("data", (data) => {
        body += data;
      });
      response.on("end", () => done({ status: response.statusCode, headers: response.headers, body }));
    });
    sent.on("error", fail);
    sent.end();
  });
}

const headers = Object.fromEntries(Object.entries(securityHeaders).map(([name, value]) => [name.toLowerCase(), value]));

test.each([
  ["/repo/", "text/html; charset=utf-8"],
  ["/repo/?x=1", "text/html; charset=utf-8"],
  ["/repo/assets/worker.js", "text/javascript; charset=utf-8"],
])("%s is served as %s under the policy", async (path, type) => {
  expect(await get(path)).toMatchObject({ status: 200, headers: { ...headers, "content-type": type } });
});

test("only the engine's worker may compile WebAssembly", async () => {
  const own = headersFor("assets/entry-abc.js");
  expect(own["Content-Security-Policy"]).toBe(
    securityHeaders["Content-Security-Policy"]?.replace("script-src 'self'", "script-src 'self' 'wasm-unsafe-eval'"),
  );
  const { headers: sent } = await get("/repo/assets/entry-abc.js");
  expect(sent).toMatchObject({
    "content-security-policy": own["Content-Security-Policy"],
    "referrer-policy": "no-referrer",
  });
  expect(securityHeaders["Content-Security-Policy"]).not.toContain("wasm-unsafe-eval");
});

test.each([
  ["outside the base", "/index.html"],
  ["above the folder", "/repo/../secret.txt"],
  ["above the folder, encoded", "/repo/%2e%2e/secret.txt"],
  ["above the folder, encoded slash", "/repo/..%2fsecret.txt"],
  ["a NUL byte", "/repo/index.html%00"],
  ["a broken escape", "/repo/%zz"],
  ["a folder without an index", "/repo/assets/"],
  ["no such file", "/repo/nothing.js"],
])("%s is not found, still under the policy", async (_about, path) => {
  const answer = await get(path);
  expect(answer).toMatchObject({ status: 404, headers });
  expect(answer.body).not.toContain("secret");
});

test("only reading is allowed", async () => {
  expect(await get("/repo/", "POST")).toMatchObject({ status: 404 });
  expect(await get("/repo/", "HEAD")).toMatchObject({ status: 200, body: "" });
});
