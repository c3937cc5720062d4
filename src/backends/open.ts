/** Chooses a backend by wish and by what is there. No WebGPU is one of life's events: it comes back as a value. */
/// <reference types="@webgpu/types" />
import type { Backend } from "../core/backend.ts";
import type { Fault } from "../core/errors.ts";
import { createGpuBackend } from "./gpu/backend.ts";
import { openDevice } from "./gpu/device.ts";
import { createReferenceBackend } from "./reference/player.ts";
import { createWasmBackend } from "./wasm/backend.ts";

/**
 * `auto` takes WebGPU where it can be had and the CPU otherwise; `webgpu` takes nothing else. Of the CPU's two players `wasm` is
 * the fast one and `cpu` the plain one, which is slow and the oracle of all others.
 */
export type BackendWish = "auto" | "webgpu" | "wasm" | "cpu";

/** A backend, or none; `faults` say why what was wished for could not be had. With a backend of that kind it is empty. */
export interface OpenedBackend {
  readonly backend: Backend | undefined;
  readonly faults: readonly Fault[];
}

/** `gpu` is `navigator.gpu`, where there is one. Never throws; `backend` is undefined only for the wish `webgpu`. */
export async function openBackend(wish: BackendWish, gpu?: GPU): Promise<OpenedBackend> {
  if (wish === "wasm") return openCpu();
  if (wish === "cpu") return { backend: createReferenceBackend(), faults: [] };
  const { opened, fault } = await openDevice(gpu);
  if (opened) return { backend: createGpuBackend(opened), faults: [] };
  if (wish === "webgpu") return { backend: undefined, faults: [fault] };
  const { backend, faults } = await openCpu();
  return { backend, faults: [fault, ...faults] };
}

/** The fast CPU player, or the plain one and why: an engine without SIMD, or a policy without `'wasm-unsafe-eval'`. */
async function openCpu(): Promise<{ readonly backend: Backend; readonly faults: readonly Fault[] }> {
  try {
    return { backend: await createWasmBackend(), faults: [] };
  } catch (error) {
    return {
      backend: createReferenceBackend(),
      faults: [{ code: "wasm-refused", details: { message: String(error) } }],
    };
  }
}
