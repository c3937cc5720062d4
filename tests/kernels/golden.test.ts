/**
 * Golden files on WebGPU: every kernel in the place where training uses it. The longest trainings are left to
 * `npm run verify`, because this suite runs in Node and in a browser, on a software adapter; whole
 * steps in one dispatch meet trajectories in `micro-runs.test.ts`.
 */
import { expect, test } from "vitest";
import { verifyPromised } from "../golden/fixtures.ts";
import { sharedBackend } from "./shared-backend.ts";

test.each(["cells", "stacks", "layers", "losses", "optim", "train/sine", "train/charlm"])(
  "%s pass where they are promised",
  { timeout: 120_000 },
  async (only) => {
    const { passed, wrong } = await verifyPromised(only, sharedBackend);
    expect(wrong).toEqual([]);
    expect(passed).toBeGreaterThan(0);
  },
);
