/** What a report says about where it was measured: models and versions, no names and no paths. */
import { existsSync } from "node:fs";
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

/** Manifests of those who take part; the peers' lie there once they are installed. PyTorch names its version itself. */
const MANIFESTS = {
  Gatescope: "package.json",
  "TensorFlow.js": "bench/node_modules/@tensorflow/tfjs/package.json",
  "jax-js": "bench/node_modules/@jax-js/jax/package.json",
  "brain.js": "bench/node_modules/brain.js/package.json",
} as const;

/** Versions of everything that is installed. */
export async function readVersions(): Promise<Machine["versions"]> {
  const versions: Record<string, string> = {};
  for (const [library, path] of Object.entries(MANIFESTS)) {
    if (!existsSync(path)) continue;
    const { version }: { readonly version?: unknown } = JSON.parse(await readFile(path, "utf8"));
    versions[library] = String(version);
  }
  return versions;
}
