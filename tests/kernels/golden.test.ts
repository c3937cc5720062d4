/**
 * Golden files on WebGPU: every kernel in the place where training uses it. The longest trainings are left to
 * `npm run verify`, because this suite runs in Node and in a browser, on a software adapter.
 */
import { expect, test } from "vitest";
import { verifyPromised } from "../golden/fixtures.ts";
import { sharedBackend } from "./shared-backend.ts";
import { withWholeSteps } from "./whole-steps.ts";

test.each(["cells", "stacks", "layers", "losses", "optim", "train/sine", "train/charlm"])(
  "%s pass where they are promised",
  { timeout: 120_000 },
  async (only) => {
    const { passed, wrong } = await verifyPromised(only, sharedBackend);
    expect(wrong).toEqual([]);
    expect(passed).toBeGreaterThan(0);
  },
);

// The other trajectories that are small enough for it are in `micro.test.ts`.
test("train/charlm passes with whole training steps in one dispatch", { timeout: 120_000 }, async () => {
  const { backend, takeDispatches } = withWholeSteps(sharedBackend);
  const { passed, wrong } = await verifyPromised("train/charlm", backend);
  expect(wrong).toEqual([]);
  expect(passed).toBeGreaterThan(0);
  expect(takeDispatches()).toBeGreaterThan(0);
});
