/**
 * The golden files of the repository as a folder that verification can read, in Node and in a browser alike: the
 * bundler turns each file into a data URL.
 */
import { type GoldenFolder, verifyFolder } from "../../src/checks/verify.ts";
import type { Backend } from "../../src/core/backend.ts";

const PREFIX = "../../fixtures/golden/";
const urls = import.meta.glob<string>("../../fixtures/golden/**/*.{safetensors,json}", {
  eager: true,
  query: "?url&inline",
  import: "default",
});
const files = new Map(Object.entries(urls).map(([path, url]) => [path.slice(PREFIX.length), url]));

/** Every golden file of the repository. */
export const goldenFixtures: GoldenFolder = {
  paths: [...files.keys()].sort(),
  read: async (path) => {
    const url = files.get(path);
    if (url === undefined) throw new Error(`there is no golden file ${path}`);
    return (await fetch(url)).arrayBuffer();
  },
};

/** Beginnings of the cases that every backend has to pass; all other cases are not supported yet. */
const PROMISED = [/^attention\//, /^cells\//, /^stacks\//, /^layers\//, /^losses\//, /^optim\//, /^train\//];

/** True for a case, as `file/case`, that has to pass. */
export function isPromised(id: string): boolean {
  return PROMISED.some((pattern) => pattern.test(id));
}

/** Verifies a part of the fixtures: how many cases passed, and those that ended otherwise than promised. */
export async function verifyPromised(
  only: string,
  backend: Backend,
): Promise<{ readonly passed: number; readonly wrong: readonly string[] }> {
  const lines: string[] = [];
  const report = await verifyFolder(goldenFixtures, backend, { only: [only], progress: (line) => lines.push(line) });
  const wrong = lines.filter((line) => {
    const [[id, outcome] = ["", ""]] = readProgress([line]);
    return outcome !== (isPromised(id) ? "passed" : "unsupported");
  });
  return { passed: report.passed, wrong };
}

/** Progress lines of a verification as outcome and `file/case`. */
export function readProgress(lines: readonly string[]): ReadonlyMap<string, string> {
  return new Map(
    lines.map((line) => {
      const [, outcome = "", id = ""] = /^(\w+) +([^:]+)/.exec(line) ?? [];
      return [id, outcome];
    }),
  );
}
