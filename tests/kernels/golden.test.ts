/**
 * Golden files on WebGPU: every kernel in the place where training uses it. The longest trainings are left to
 * `npm run verify`, because this suite runs in Node and in a browser, on a software adapter.
 */
import { afterAll, beforeAll, expect, test } from "vitest";
import { openBackend } from "../../src/backends/open.ts";
import { verifyFolder } from "../../src/checks/verify.ts";
import type { Backend } from "../../src/core/backend.ts";
import { goldenFixtures, isPromised, readProgress } from "../golden/fixtures.ts";

let backend: Backend;

beforeAll(async () => {
  const opened = await openBackend("webgpu", navigator.gpu);
  if (!opened.backend) throw new Error(`no WebGPU: ${JSON.stringify(opened.faults)}`);
  backend = opened.backend;
});

afterAll(() => backend.dispose());

test.each(["cells", "stacks", "layers", "losses", "optim", "train/sine", "train/charlm"])(
  "%s pass where they are promised",
  { timeout: 120_000 },
  async (only) => {
    const lines: string[] = [];
    const report = await verifyFolder(goldenFixtures, backend, { only: [only], progress: (line) => lines.push(line) });
    const wrong = lines.filter((line) => {
      const [[id, outcome] = ["", ""]] = readProgress([line]);
      return outcome !== (isPromised(id) ? "passed" : "unsupported");
    });
    expect(wrong).toEqual([]);
    expect(report.passed).toBeGreaterThan(0);
  },
);
