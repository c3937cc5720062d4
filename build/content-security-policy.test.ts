/** `_headers`, as hosts read it: which path gets which policy. */
import { expect, test } from "vitest";
import { headersFile } from "./content-security-policy.ts";

/** Policies by path. */
function policies(text: string): Map<string, string> {
  const rules = text
    .trim()
    .split("\n\n")
    .map((rule) => rule.split("\n"));
  return new Map(
    rules.flatMap(([path = "", ...lines]) => {
      const line = lines.find((header) => header.includes("Content-Security-Policy"));
      return line === undefined ? [] : [[path, line] as const];
    }),
  );
}

test("only the worker's script may compile WebAssembly, and no path gets two policies", () => {
  const byPath = policies(headersFile(["index.html", "assets/index-x.js", "assets/entry-abc.js"]));
  expect([...byPath.keys()]).toEqual(["/", "/index.html", "/sw.js", "/assets/entry-abc.js"]);
  const allowed = [...byPath].filter(([, policy]) => policy.includes("'wasm-unsafe-eval'")).map(([path]) => path);
  expect(allowed).toEqual(["/assets/entry-abc.js"]);
  for (const policy of byPath.values()) expect(policy).toContain("connect-src 'self'");
});

test("a build without the worker's script is refused", () => {
  expect(() => headersFile(["index.html"])).toThrow("got 0");
});
