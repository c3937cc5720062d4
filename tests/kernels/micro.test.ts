/**
 * Whole training steps in one dispatch: every operation that the kernel knows agrees with its twin and gives models side by
 * side the bits that each has alone. Whole runs are in `micro-runs.test.ts`.
 */
import { describe, expect, test } from "vitest";
import { compareModelsWithAlone } from "../../src/checks/models-alone.ts";
import { runParity } from "../../src/checks/parity.ts";
import type { Backend } from "../../src/core/backend.ts";
import type { Program } from "../../src/core/program.ts";
import { MICRO_FORMS } from "../../src/operations/micro-forms.ts";
import { sharedBackend } from "./shared-backend.ts";
import { allowsWholeSteps, withWholeSteps } from "./whole-steps.ts";

const { backend: planning, takeDispatches } = withWholeSteps(sharedBackend);

/** One plan for each Program: whole steps leave nothing of an operation to be implemented otherwise. */
const backend: Backend = { ...planning, plan: (program) => planning.plan(program) };

/**
 * Programs to play. The kernel is compiled anew for each cell at each of its widths, so cells that differ in their activation
 * alone are played at one width.
 */
function accepts(program: Program): boolean {
  const [call] = program.phases.forward ?? [];
  const { activation = 0, H = 0 } = call?.numbers ?? {};
  const recurrent = /^(gru|rnn)-/.test(call?.operation ?? "");
  return allowsWholeSteps(program) && !(recurrent && activation === 1 && (H <= 4 || H > 8));
}

describe.each(Object.keys(MICRO_FORMS))("%s", (operation) => {
  test("agrees with its twin", { timeout: 240_000 }, async () => {
    const report = await runParity(backend, { operations: [operation], accepts });
    expect(report.results.filter(({ passed }) => !passed)).toEqual([]);
    expect(takeDispatches()).toBeGreaterThan(0);
  });

  test("gives each model the bits that it has alone", { timeout: 240_000 }, async () => {
    const { differences } = await compareModelsWithAlone(backend, operation, accepts);
    expect(differences).toEqual([]);
    expect(takeDispatches()).toBeGreaterThan(0);
  });
});
