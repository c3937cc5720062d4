/** Opening a device when the platform does not cooperate. The GPU is a stub: no browser lets a test refuse on demand. */
import { afterEach, expect, test, vi } from "vitest";
import { openDevice } from "./device.ts";

const device = { limits: { maxBufferSize: 1024, maxStorageBufferBindingSize: 512 } };

interface AdapterStub {
  readonly features: ReadonlySet<string>;
  readonly info: Partial<GPUAdapterInfo>;
  readonly requestDevice: () => Promise<unknown>;
}

/** A GPU whose adapter requests are answered from a list, the last answer repeatedly. */
function stubGpu(...answers: readonly (AdapterStub | Error | null)[]): GPU {
  let asked = 0;
  const requestAdapter = async () => {
    const answer = answers[Math.min(asked++, answers.length - 1)] ?? null;
    if (answer instanceof Error) throw answer;
    return answer;
  };
  const gpu: unknown = { requestAdapter };
  if (!isGpu(gpu)) throw new Error("unreachable");
  return gpu;
}

/** The part of GPU that opening a device uses. */
function isGpu(value: unknown): value is GPU {
  return typeof value === "object" && value !== null && "requestAdapter" in value;
}

const working = (info: Partial<GPUAdapterInfo>): AdapterStub => ({
  features: new Set(),
  info,
  requestDevice: async () => device,
});
const refusing: AdapterStub = {
  features: new Set(),
  info: {},
  requestDevice: async () => {
    throw new Error("limit not supported");
  },
};

afterEach(() => vi.unstubAllGlobals());

test("a browser without WebGPU and an insecure page are told apart", async () => {
  expect((await openDevice(undefined)).fault?.code).toBe("webgpu-missing");
  vi.stubGlobal("isSecureContext", false);
  expect((await openDevice(undefined)).fault?.code).toBe("webgpu-insecure");
});

test("no adapter, or a request that throws, is a missing adapter", async () => {
  expect((await openDevice(stubGpu(null))).fault?.code).toBe("adapter-missing");
  const { fault } = await openDevice(stubGpu(new Error("GPU process gone")));
  expect(fault).toEqual({ code: "adapter-missing", details: { message: "Error: GPU process gone" } });
});

test("a refused device is asked for again on a fresh adapter", async () => {
  const { opened } = await openDevice(stubGpu(refusing, working({ vendor: "acme", architecture: "one" })));
  expect(opened?.info.adapter).toBe("acme one");
});

test("a device that stays refused is named, even when the last attempt finds no adapter", async () => {
  const { fault } = await openDevice(stubGpu(refusing, refusing, null));
  expect(fault).toEqual({ code: "device-refused", details: { message: "Error: limit not supported" } });
});

test("software renderers are recognised by flag and by name", async () => {
  const softwareOf = async (info: Partial<GPUAdapterInfo>) =>
    (await openDevice(stubGpu(working(info)))).opened?.info.software;
  expect(await softwareOf({ isFallbackAdapter: true, vendor: "google" })).toBe(true);
  expect(await softwareOf({ isFallbackAdapter: false, description: "llvmpipe (LLVM 15)" })).toBe(true);
  expect(await softwareOf({ isFallbackAdapter: false, description: "NVIDIA GeForce" })).toBe(false);
});

test("the limits that a refusal quotes are the device's", async () => {
  const { opened } = await openDevice(stubGpu(working({ vendor: "acme" })));
  expect(opened?.info.limits).toEqual({ maxBufferBytes: 1024, maxBindingBytes: 512 });
});
