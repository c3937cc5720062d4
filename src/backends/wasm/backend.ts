/**
 * The fast CPU backend: WebAssembly with SIMD for what takes time, plain twins for the rest, over one memory. It computes
 * inside `play`, in one thread. What a policy or an old engine forbids comes back as an error of `createWasmBackend`.
 */
import type { Backend, BackendInfo } from "../../core/backend.ts";
import type { Plan, PlannedOperation, Program } from "../../core/program.ts";
import { PLAYER } from "../../core/shared-plan.ts";
import { stageProgram } from "../reference/bind-program.ts";
import { createBoundPlayer } from "../reference/bound-player.ts";
import { compileKernels } from "./kernels.ts";
import { findFastTwin, MAX_MEMORY_BYTES, setWasmStage } from "./stage.ts";

/** Name of what plays an operation, in plans and profiles. */
const implementationOf = (operation: string) => (findFastTwin(operation) ? "simd" : "twin");

function planOf(program: Program): Plan {
  const plan: Record<string, PlannedOperation> = {};
  for (const { operation } of Object.values(program.phases).flat()) {
    plan[operation] = { implementation: implementationOf(operation), sizes: {} };
  }
  return plan;
}

/**
 * Opens the backend. Rejects where WebAssembly with SIMD cannot be had (`compileKernels`). It cannot be lost: `lost` stays
 * pending for ever. `create` throws `ContractError` for a Program that contradicts its contracts and `ProgramRefusedError`
 * for one that the engine has no memory for.
 */
export async function createWasmBackend(): Promise<Backend> {
  const kernels = await compileKernels();
  const info: BackendInfo = {
    kind: "wasm",
    adapter: kernels.fused ? "CPU (WebAssembly SIMD, fused multiply-add)" : "CPU (WebAssembly SIMD)",
    software: true,
    limits: { maxBufferBytes: MAX_MEMORY_BYTES, maxBindingBytes: MAX_MEMORY_BYTES },
  };
  return {
    info,
    lost: new Promise(() => {}),
    plan: planOf,
    describe: () => info,
    couldChoose: (_program, plan) => Object.keys(plan).every((key) => key === PLAYER),
    /** There is nothing to choose between. */
    tune: async (program) => planOf(program),
    async create(program) {
      const bound = stageProgram(program, (memory) => setWasmStage(program, memory, kernels));
      return createBoundPlayer(program, bound, implementationOf);
    },
    dispose() {},
  };
}
