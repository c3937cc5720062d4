/** Chooses a backend by wish and by what is there. No WebGPU is one of life's events: it comes back as a value. */
/// <reference types="@webgpu/types" />
import type { Backend, BackendWish } from "../core/backend.ts";
import type { Fault } from "../core/errors.ts";
import { createChoosingBackend } from "./choose-player.ts";
import { createGpuBackend } from "./gpu/backend.ts";
import { openDevice } from "./gpu/device.ts";
import { createReferenceBackend } from "./reference/player.ts";
import { createWasmBackend } from "./wasm/backend.ts";

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
  if (opened) {
    const backend = createGpuBackend(opened);
    return { backend: wish === "auto" && opened.info.software ? await withCpu(backend) : backend, faults: [] };
  }
  if (wish === "webgpu") return { backend: undefined, faults: [fault] };
  const { backend, faults } = await openCpu();
  return { backend, faults: [fault, ...faults] };
}

/** A software renderer beside the fast CPU player, where there is one. */
async function withCpu(gpu: Backend): Promise<Backend> {
  const { backend } = await openCpu();
  return backend.info.kind === "wasm" ? createChoosingBackend(gpu, backend) : gpu;
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
