/**
 * Opens a WebGPU device with default limits and, where there is one, the device's own clock, or says in one word why that is not possible. Nothing here throws: no
 * WebGPU is one of life's events, and the caller offers the CPU player instead.
 */
/// <reference types="@webgpu/types" />
import type { BackendInfo } from "../../core/backend.ts";
import type { Fault } from "../../core/errors.ts";

/** A device and what the user may know about it. */
export interface OpenedDevice {
  readonly device: GPUDevice;
  readonly info: BackendInfo;
}

/** Either a device or the reason why there is none. */
export type DeviceOutcome =
  | { readonly opened: OpenedDevice; readonly fault?: undefined }
  | { readonly opened?: undefined; readonly fault: Fault };

/** An adapter serves one device only, so every attempt asks for its own; the last one accepts a software renderer. */
const ATTEMPTS: readonly GPURequestAdapterOptions[] = [{}, {}, { forceFallbackAdapter: true }];

/** Asked for where the adapter has them; nothing depends on them but the exactness of profiles. */
const OPTIONAL_FEATURES: readonly GPUFeatureName[] = ["timestamp-query"];

/** Software renderers that do not call themselves a fallback adapter. */
const SOFTWARE_NAME = /swiftshader|llvmpipe|lavapipe|\bwarp\b|software|basic render/i;

/**
 * Asks `gpu` (normally `navigator.gpu`) for a device, each attempt with a fresh adapter. Faults: `webgpu-insecure`,
 * `webgpu-missing`, `adapter-missing`, `device-refused`, the last two with the implementation's `message`.
 */
export async function openDevice(gpu: GPU | undefined): Promise<DeviceOutcome> {
  if (!gpu) {
    const insecure = Reflect.get(globalThis, "isSecureContext") === false;
    return { fault: { code: insecure ? "webgpu-insecure" : "webgpu-missing", details: {} } };
  }
  let fault: Fault = { code: "adapter-missing", details: { message: "" } };
  for (const options of ATTEMPTS) {
    const outcome = await attempt(gpu, options);
    if (outcome.opened) return outcome;
    // A refused device says more than the missing adapter of a later attempt.
    if (outcome.fault.code === "device-refused" || fault.code !== "device-refused") fault = outcome.fault;
  }
  return { fault };
}

async function attempt(gpu: GPU, options: GPURequestAdapterOptions): Promise<DeviceOutcome> {
  let adapter: GPUAdapter | null;
  try {
    adapter = await gpu.requestAdapter(options);
  } catch (error) {
    return { fault: { code: "adapter-missing", details: { message: String(error) } } };
  }
  if (!adapter) return { fault: { code: "adapter-missing", details: { message: "" } } };
  try {
    const requiredFeatures = OPTIONAL_FEATURES.filter((feature) => adapter.features.has(feature));
    const device = await adapter.requestDevice({ label: "gatescope", requiredFeatures });
    return { opened: { device, info: describe(adapter.info, device.limits) } };
  } catch (error) {
    return { fault: { code: "device-refused", details: { message: String(error) } } };
  }
}

function describe(info: GPUAdapterInfo, limits: GPUSupportedLimits): BackendInfo {
  const adapter = info.description || info.device || [info.vendor, info.architecture].filter(Boolean).join(" ");
  const names = `${info.vendor} ${info.architecture} ${info.device} ${info.description}`;
  return {
    kind: "webgpu",
    adapter: adapter || "unnamed adapter",
    software: info.isFallbackAdapter || SOFTWARE_NAME.test(names),
    limits: { maxBufferBytes: limits.maxBufferSize, maxBindingBytes: limits.maxStorageBufferBindingSize },
  };
}
