/** What a report says about where it was measured: models and versions, no names and no paths. */
import { readFile } from "node:fs/promises";
import { cpus, release, totalmem, type } from "node:os";
import type { Machine } from "./results.ts";

const GIB = 2 ** 30;

/** Describes this machine; `versions` are those of the libraries that take part. */
export function describeMachine(browser: string, versions: Machine["versions"]): Machine {
  const [first] = cpus();
  return {
    processor: `${first?.model.trim() ?? "unknown processor"}, ${cpus().length} cores`,
    memoryGiB: Math.round(totalmem() / GIB),
    system: `${type()} ${release()}, ${process.arch}`,
    node: process.versions.node,
    browser,
    versions,
  };
}

/** The version in a `package.json`; null where there is no such file. */
export async function readVersion(path: string): Promise<string | null> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch {
    return null;
  }
  const { version }: { readonly version?: unknown } = JSON.parse(text);
  return typeof version === "string" ? version : null;
}
