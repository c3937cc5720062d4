/**
 * The linter holds the room table of `src/README.md`. This test gives it small files on both sides of each wall, so
 * that a pattern in `biome.json` that stops matching is noticed.
 */
import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

const biome = resolve("node_modules/@biomejs/biome/bin/biome");

/** File that imports, what it imports. */
type Edge = readonly [file: string, specifier: string];

const forbidden: readonly Edge[] = [
  ["src/core/a1.ts", "../operations/gru-forward.ts"],
  ["src/core/a2.ts", "react"],
  ["src/core/a3.ts", "node:fs"],
  ["src/operations/b1.ts", "../engine/run.ts"],
  ["src/operations/b2.ts", "../../shaders/gru-forward.step.gates.wgsl?raw"],
  ["src/backends/reference/c1.ts", "../gpu/player.ts"],
  ["src/backends/reference/c2.ts", "../../engine/run.ts"],
  ["src/backends/reference/c3.ts", "../wasm/backend.ts"],
  ["src/backends/wasm/c4.ts", "../gpu/player.ts"],
  ["src/backends/wasm/c5.ts", "../../engine/run.ts"],
  ["src/backends/gpu/d1.ts", "../reference/player.ts"],
  ["src/backends/gpu/d2.ts", "../../engine/model.ts"],
  ["src/backends/open.ts", "../engine/run.ts"],
  ["src/engine/cells/e1.ts", "../../backends/reference/player.ts"],
  ["src/engine/e2.ts", "../backends/gpu/player.ts"],
  ["src/engine/e3.ts", "../interop/safetensors.ts"],
  ["src/tasks/f1.ts", "../engine/run.ts"],
  ["src/tasks/f2.ts", "papaparse"],
  ["src/interop/g1.ts", "../tasks/seattle-weather.ts"],
  ["src/checks/h1.ts", "../backends/gpu/player.ts"],
  ["src/checks/h2.ts", "../tasks/seattle-weather.ts"],
  ["src/storage/i1.ts", "../engine/run.ts"],
  ["src/worker/j1.ts", "../ui/app.tsx"],
  ["src/worker/j2.ts", "../storage/runs.ts"],
  ["src/ui/components/k1.ts", "../../engine/run.ts"],
  ["src/ui/k2.ts", "../worker/server.ts"],
  ["src/ui/k3.ts", "../tasks/seattle-weather.ts"],
  ["src/cli/l1.ts", "../ui/app.tsx"],
  ["src/cli/l2.ts", "../storage/runs.ts"],
];

const allowed: readonly Edge[] = [
  ["src/core/m1.ts", "valibot"],
  ["src/core/m2.ts", "./dims.ts"],
  ["src/operations/n1.ts", "../core/operation.ts"],
  ["src/backends/reference/o1.ts", "../../operations/gru-forward.ts"],
  ["src/backends/wasm/o2.ts", "../reference/twins.ts"],
  ["src/backends/wasm/o3.ts", "virtual:wasm-kernels"],
  ["src/backends/gpu/p1.ts", "../../../shaders/gru-forward.step.gates.wgsl?raw"],
  ["src/engine/cells/q1.ts", "../../core/dims.ts"],
  ["src/engine/cells/q2.ts", "../layers.ts"],
  ["src/tasks/r1.ts", "../core/rng.ts"],
  ["src/interop/s1.ts", "papaparse"],
  ["src/checks/t1.ts", "../backends/reference/player.ts"],
  ["src/storage/u1.ts", "idb"],
  ["src/worker/v1.ts", "../backends/open.ts"],
  ["src/ui/w1.ts", "../worker/client.ts"],
  ["src/ui/w2.ts", "../worker/protocol.ts"],
  ["src/ui/w2.ts", "../worker/summaries.ts"],
  ["src/ui/components/w3.ts", "react"],
  ["src/cli/x1.ts", "../backends/open.ts"],
  ["src/cli/x2.ts", "node:fs"],
];

const seeded: readonly (readonly [file: string, code: string, rule: string])[] = [
  ["src/engine/y1.ts", "export const draw = Math.random();\n", "noJsRestrictedProperties"],
  ["src/tasks/y2.ts", "export const now = new Date();\n", "noRestrictedGlobals"],
  ["src/interop/y3.ts", "export const page = document;\n", "noRestrictedGlobals"],
  ["src/ui/y4.ts", 'import { y5 } from "./y5.ts";\nexport const y4 = () => y5;\n', "noImportCycles"],
  ["src/ui/y5.ts", 'import { y4 } from "./y4.ts";\nexport const y5 = () => y4;\n', "noImportCycles"],
];

let folder = "";
/** `file rule` of every error that the linter reports. */
let errors = new Set<string>();

async function write(file: string, text: string): Promise<void> {
  const path = join(folder, file);
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, text);
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "rooms-"));
  const config = JSON.parse(await readFile("biome.json", "utf8"));
  config.vcs.enabled = false;
  await write("biome.json", JSON.stringify(config));
  await write("package.json", await readFile("package.json", "utf8"));
  for (const [file, specifier] of [...forbidden, ...allowed]) {
    await write(file, `import { thing } from "${specifier}";\nexport const used = thing;\n`);
  }
  for (const [file, code] of seeded) await write(file, code);
  const args = [biome, "lint", "--reporter=json", "--max-diagnostics=none", "."];
  const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: folder }).catch(
    (refusal: { stdout: string }) => refusal,
  );
  const report: { diagnostics: { category: string; location: { path: string | { file: string } } }[] } =
    JSON.parse(stdout);
  errors = new Set(
    report.diagnostics.map(({ category, location }) => {
      const path = typeof location.path === "string" ? location.path : location.path.file;
      return `${path.replace(/^\.\//, "")} ${category.split("/").at(-1)}`;
    }),
  );
}, 30_000);

afterAll(() => rm(folder, { recursive: true }));

describe("room table", () => {
  test.each(forbidden)("%s may not import %s", (file) => {
    expect([...errors]).toContain(`${file} noRestrictedImports`);
  });
  test.each(allowed)("%s may import %s", (file) => {
    expect([...errors]).not.toContain(`${file} noRestrictedImports`);
  });
  test.each(seeded)("%s: %s is refused by %s", (file, _code, rule) => {
    expect([...errors]).toContain(`${file} ${rule}`);
  });
});
