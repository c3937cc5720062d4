/** The shader's random numbers against those of the host, bit for bit, so that either may draw them. */
/// <reference types="vite/client" />
import { expect, test } from "vitest";
import { readShader } from "../../src/backends/gpu/shaders.ts";
import { hash } from "../../src/core/rng.ts";
import { openDevice } from "./device.ts";

const COUNT = 1_000_000;

/** Value i is keyed so that all four words vary and reach their top bits. */
const DRAW = /* wgsl */ `
@group(0) @binding(0) var<storage, read_write> values: array<u32>;
@compute @workgroup_size(64) fn main(@builtin(global_invocation_id) id: vec3<u32>) {
  let i = id.x;
  if (i < arrayLength(&values)) { values[i] = hash(i * 4093u, i % 7u, i * i, 4294967295u - i); }
}
`;

test("a million values of pcg4d are those of the host", { timeout: 60_000 }, async () => {
  const device = await openDevice();
  const size = COUNT * 4;
  const values = device.createBuffer({ size, usage: GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC });
  const staging = device.createBuffer({ size, usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST });
  const module = device.createShaderModule({ code: DRAW + readShader("lib/rng") });
  const pipeline = await device.createComputePipelineAsync({ layout: "auto", compute: { module } });
  const group = device.createBindGroup({
    layout: pipeline.getBindGroupLayout(0),
    entries: [{ binding: 0, resource: { buffer: values } }],
  });
  const encoder = device.createCommandEncoder();
  const pass = encoder.beginComputePass();
  pass.setPipeline(pipeline);
  pass.setBindGroup(0, group);
  pass.dispatchWorkgroups(Math.ceil(COUNT / 64));
  pass.end();
  encoder.copyBufferToBuffer(values, 0, staging, 0, size);
  device.queue.submit([encoder.finish()]);
  await staging.mapAsync(GPUMapMode.READ);
  const got = new Uint32Array(staging.getMappedRange());

  let different = 0;
  for (let i = 0; i < COUNT; i++) {
    if (got[i] !== hash(Math.imul(i, 4093) >>> 0, i % 7, Math.imul(i, i) >>> 0, (4294967295 - i) >>> 0)) different++;
  }
  expect(different).toBe(0);
  device.destroy();
});
