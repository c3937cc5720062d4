/**
 * A backend that plays whole training steps in one dispatch wherever a Program allows it, and counts those dispatches: a
 * test that meant them must be able to tell that there were any.
 */
import { isMicroFeasible } from "../../src/backends/gpu/micro-lowering.ts";
import type { Backend, Player } from "../../src/core/backend.ts";
import type { Program } from "../../src/core/program.ts";
import { MICRO, MICRO_KERNEL, TRAINING_STEPS } from "../../src/operations/training-steps.ts";

const sizes = { WORKGROUP_SIZE: 8 };

/** True for Programs whose steps are played so. */
export const allowsWholeSteps = (program: Program): boolean => isMicroFeasible(program, sizes);

/** See the file's header. Disposing of it disposes of `plain`. */
export function withWholeSteps(plain: Backend): { readonly backend: Backend; readonly takeDispatches: () => number } {
  let players: Player[] = [];
  const backend: Backend = {
    ...plain,
    plan(program, saved) {
      const plan = plain.plan(program, saved);
      return allowsWholeSteps(program) ? { ...plan, [TRAINING_STEPS]: { implementation: MICRO, sizes } } : plan;
    },
    async create(...request) {
      const player = await plain.create(...request);
      players.push(player);
      return player;
    },
  };
  return {
    backend,
    /** Dispatches of whole steps since the last call. */
    takeDispatches() {
      const dispatches = players.reduce((sum, { counts }) => sum + (counts.dispatches[MICRO_KERNEL.file] ?? 0), 0);
      players = [];
      return dispatches;
    },
  };
}
