/**
 * The CPU player: runs twins over Float32Arrays of their own. What playing means on a CPU stands in `bound-player.ts`.
 */
import type { Backend, BackendInfo, Player } from "../../core/backend.ts";
import { ELEMENT_BYTES } from "../../core/dims.ts";
import { ProgramRefusedError } from "../../core/errors.ts";
import { layOutMemory } from "../../core/liveness.ts";
import type { PlannedOperation, Program } from "../../core/program.ts";
import { PLAYER } from "../../core/shared-plan.ts";
import { bindProgram } from "./bind-program.ts";
import { createBoundPlayer } from "./bound-player.ts";

/** All tensors of a Program together, 1 GiB: a tab that asks for more is refused or swapped on the machines that lack a GPU. */
const MAX_PROGRAM_BYTES = 2 ** 30;

/** Opens the CPU backend. It cannot be lost: `lost` stays pending for ever. */
export function createReferenceBackend(): Backend {
  const info: BackendInfo = {
    kind: "cpu",
    adapter: "CPU (reference player)",
    software: true,
    limits: { maxBufferBytes: MAX_PROGRAM_BYTES, maxBindingBytes: MAX_PROGRAM_BYTES },
  };
  return {
    info,
    describe: () => info,
    couldChoose: (_program, plan) => Object.keys(plan).every((key) => key === PLAYER),
    lost: new Promise(() => {}),
    plan(program) {
      const plan: Record<string, PlannedOperation> = {};
      for (const calls of Object.values(program.phases)) {
        for (const call of calls) plan[call.operation] = { implementation: "twin", sizes: {} };
      }
      return plan;
    },
    async tune(program) {
      return this.plan(program);
    },
    create: async (program) => createReferencePlayer(program),
    dispose() {},
  };
}

/**
 * Builds a player in f32. Throws `ContractError` for a Program that contradicts its contracts and `ProgramRefusedError`
 * for one that needs more than 1 GiB.
 */
export function createReferencePlayer(program: Program): Player {
  refuseTooLarge(program);
  return createBoundPlayer(program, bindProgram(program, 32), () => "twin");
}

function refuseTooLarge(program: Program): void {
  let bytes = 0;
  for (const { name, elements } of layOutMemory(program).regions) {
    bytes += elements * ELEMENT_BYTES;
    if (bytes > MAX_PROGRAM_BYTES) {
      throw new ProgramRefusedError(`${name} and the tensors before it`, bytes, MAX_PROGRAM_BYTES);
    }
  }
}
