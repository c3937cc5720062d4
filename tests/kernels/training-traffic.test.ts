/**
 * What crosses between host and GPU while training: a step is computed by the GPU alone, so up go batch starts and
 * scalars, down come rows of the metrics ring and the flags. Counted at the device, below everything of ours.
 */
import { expect, test } from "vitest";
import { createGpuBackend } from "../../src/backends/gpu/backend.ts";
import { openDevice } from "../../src/backends/gpu/device.ts";
import { advanceTo, exampleExperiment, openRun, sineDataset } from "../engine/examples.ts";

const STEPS = 20;
const WORD_BYTES = 4;

interface Traffic {
  readonly uploads: { readonly buffer: string; readonly bytes: number }[];
  readonly readbacks: { readonly bytes: number }[];
}

/** Bytes of the part of `data` that `writeBuffer` takes; its offset and size count elements of a typed array. */
function uploadedBytes(data: GPUAllowSharedBufferSource, offset = 0, size?: number): number {
  const unit = "BYTES_PER_ELEMENT" in data && typeof data.BYTES_PER_ELEMENT === "number" ? data.BYTES_PER_ELEMENT : 1;
  return size === undefined ? data.byteLength - offset * unit : size * unit;
}

/** Counts from now on. */
function countTraffic(device: GPUDevice): Traffic {
  const traffic: Traffic = { uploads: [], readbacks: [] };
  const writeBuffer = device.queue.writeBuffer.bind(device.queue);
  device.queue.writeBuffer = (...call: Parameters<GPUQueue["writeBuffer"]>) => {
    const [buffer, , data, offset, size] = call;
    traffic.uploads.push({ buffer: buffer.label, bytes: uploadedBytes(data, offset, size) });
    writeBuffer(...call);
  };
  const createBuffer = device.createBuffer.bind(device);
  device.createBuffer = (descriptor) => {
    const buffer = createBuffer(descriptor);
    const mapAsync = buffer.mapAsync.bind(buffer);
    buffer.mapAsync = (mode, offset, size) => {
      traffic.readbacks.push({ bytes: size ?? descriptor.size });
      return mapAsync(mode, offset, size);
    };
    return buffer;
  };
  return traffic;
}

test("twenty steps upload batch starts and scalars, and read back metrics and flags", {
  timeout: 120_000,
}, async () => {
  const { opened, fault } = await openDevice(navigator.gpu);
  if (!opened) throw new Error(`no WebGPU: ${fault.code}`);
  const traffic = countTraffic(opened.device);
  const backend = createGpuBackend(opened);
  const experiment = exampleExperiment({ evaluateEvery: 100_000 });
  const run = await openRun(experiment, sineDataset(), { backend });
  // Data, parameters and fixed scalars went up once, when the run was opened.
  expect(traffic.uploads.map(({ buffer }) => buffer)).toContain("params");
  traffic.uploads.length = 0;

  const { losses } = await advanceTo(run, STEPS);

  expect(losses).toHaveLength(STEPS);
  expect(losses.at(-1)).toBeLessThan(losses[0] ?? 0);
  expect(new Set(traffic.uploads.map(({ buffer }) => buffer))).toEqual(new Set(["starts", "run-time uniforms"]));
  const starts = traffic.uploads.filter(({ buffer }) => buffer === "starts");
  const startBytes = STEPS * run.spec.B * WORD_BYTES;
  expect(starts.reduce((sum, { bytes }) => sum + bytes, 0)).toBe(startBytes);
  const metricsBytes = STEPS * 4 * WORD_BYTES;
  const flagsBytes = run.counts.plays * WORD_BYTES;
  const readBytes = traffic.readbacks.reduce((sum, { bytes }) => sum + bytes, 0);
  expect(readBytes).toBeGreaterThanOrEqual(metricsBytes);
  expect(readBytes).toBeLessThanOrEqual(metricsBytes + flagsBytes);
  run.dispose();
  backend.dispose();
});
