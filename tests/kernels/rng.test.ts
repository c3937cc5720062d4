/** The shader's random numbers and dropout masks against those of the host, bit for bit, so that either may draw them. */
/// <reference types="vite/client" />
import { expect, test } from "vitest";
import { readShader } from "../../src/backends/gpu/shaders.ts";
import { dropoutFactor, hash, STREAM } from "../../src/core/rng.ts";
import { openDevice } from "./device.ts";

const COUNT = 1_000_000;

/** Runs `value`, a WGSL expression of u32 over `i`, for i = 0 … COUNT − 1. */
async function draw(value: string): Promise<Uint32Array> {
  const device = await openDevice();
  const size = COUNT * 4;
  const values = device.createBuffer({ size, usage: GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC });
  const staging = device.createBuffer({ size, usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST });
  const kernel = /* wgsl */ `
@group(0) @binding(0) var<storage, read_write> values: array<u32>;
@compute @workgroup_size(64) fn main(@builtin(global_invocation_id) id: vec3<u32>) {
  let i = id.x;
  if (i < arrayLength(&values)) { values[i] = ${value}; }
}
`;
  const module = device.createShaderModule({ code: kernel + readShader("lib/rng") + readShader("lib/dropout") });
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
  const got = new Uint32Array(staging.getMappedRange().slice(0));
  device.destroy();
  return got;
}

test("a million values of pcg4d are those of the host", { timeout: 60_000 }, async () => {
  // Keyed so that all four words vary and reach their top bits.
  const got = await draw("hash(i * 4093u, i % 7u, i * i, 4294967295u - i)");
  let different = 0;
  for (let i = 0; i < COUNT; i++) {
    if (got[i] !== hash(Math.imul(i, 4093) >>> 0, i % 7, Math.imul(i, i) >>> 0, (4294967295 - i) >>> 0)) different++;
  }
  expect(different).toBe(0);
});

test.each([
  ["RECURRENT_DROPOUT", "recurrentDropout"],
  ["DROPOUT", "dropout"],
] as const)(
  "a million elements of the stream %s are kept as on the host",
  { timeout: 60_000 },
  async (word, stream) => {
    // Rates i % 1000 / 1000, formed in f32 by one correctly rounded product on either side; sites and steps vary.
    const rate = "f32(i % 1000u) * 0.001";
    const factor = `dropout_factor(vec2<u32>(i * 4093u, i / 3u), ${word}, i % 11u, i * 17u, ${rate})`;
    const got = await draw(`select(0u, 1u, ${factor} > 0.0)`);
    const thousandth = Math.fround(0.001);
    let different = 0;
    for (let i = 0; i < COUNT; i++) {
      const key = {
        seed: Math.imul(i, 4093) >>> 0,
        stream: STREAM[stream],
        step: Math.floor(i / 3),
        site: i % 11,
      };
      const kept = dropoutFactor(key, Math.imul(i, 17) >>> 0, Math.fround((i % 1000) * thousandth)) > 0;
      if (got[i] !== Number(kept)) different++;
    }
    expect(different).toBe(0);
  },
);
