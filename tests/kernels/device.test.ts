/** The device itself: a kernel runs and its result comes back. Everything else in this folder builds on that. */
import { expect, test } from "vitest";
import { openDevice } from "./device.ts";

const DOUBLE = /* wgsl */ `
@group(0) @binding(0) var<storage, read_write> values: array<u32>;
@compute @workgroup_size(4) fn main(@builtin(global_invocation_id) id: vec3u) {
  if (id.x < arrayLength(&values)) { values[id.x] = 2u * values[id.x]; }
}`;

test("a kernel doubles seven numbers", async () => {
  const device = await openDevice();
  const numbers = Uint32Array.from([0, 1, 2, 3, 5, 8, 13]);
  const size = numbers.byteLength;
  const storage = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST;
  const values = device.createBuffer({ label: "values", size, usage: storage });
  const staging = device.createBuffer({
    label: "staging",
    size,
    usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST,
  });
  device.queue.writeBuffer(values, 0, numbers);
  const module = device.createShaderModule({ label: "double", code: DOUBLE });
  const pipeline = await device.createComputePipelineAsync({ layout: "auto", compute: { module } });
  const bindGroup = device.createBindGroup({
    layout: pipeline.getBindGroupLayout(0),
    entries: [{ binding: 0, resource: { buffer: values } }],
  });

  const encoder = device.createCommandEncoder();
  const pass = encoder.beginComputePass();
  pass.setPipeline(pipeline);
  pass.setBindGroup(0, bindGroup);
  pass.dispatchWorkgroups(2);
  pass.end();
  encoder.copyBufferToBuffer(values, 0, staging, 0, size);
  device.queue.submit([encoder.finish()]);
  await staging.mapAsync(GPUMapMode.READ);

  expect([...new Uint32Array(staging.getMappedRange())]).toEqual([0, 2, 4, 6, 10, 16, 26]);
  device.destroy();
});
