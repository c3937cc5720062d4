/** Chooses a backend by wish and by what is there. No WebGPU is one of life's events: it comes back as a value. */
/// <reference types="@webgpu/types" />
import type { Backend } from "../core/backend.ts";
import type { Fault } from "../core/errors.ts";
import { createGpuBackend } from "./gpu/backend.ts";
import { openDevice } from "./gpu/device.ts";
import { createReferenceBackend } from "./reference/player.ts";
import { createWasmBackend } from "./wasm/backend.ts";

/** `auto` takes WebGPU where it can be had and the CPU otherwise; the others take nothing else. `cpu` is the plain player. */
export type BackendWish = "auto" | "webgpu" | "wasm" | "cpu";

/** A backend, or none; `faults` say why WebGPU could not be had. With a backend of the kind wished for it is empty. */
export interface OpenedBackend {
  readonly backend: Backend | undefined;
  readonly faults: readonly Fault[];
}

/** `gpu` is `navigator.gpu`, where there is one. Never throws; `backend` is undefined only for the wish `webgpu`. */
export async function openBackend(wish: BackendWish, gpu?: GPU): Promise<OpenedBackend> {
  if (wish === "wasm") return { backend: await createWasmBackend(), faults: [] };
  if (wish === "cpu") return { backend: createReferenceBackend(), faults: [] };
  const { opened, fault } = await openDevice(gpu);
  if (opened) return { backend: createGpuBackend(opened), faults: [] };
  return { backend: wish === "auto" ? createReferenceBackend() : undefined, faults: [fault] };
}
