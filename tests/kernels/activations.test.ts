/** The shaders' σ and tanh against those of the host, element by element and relative to their size, far into saturation. */
/// <reference types="vite/client" />
import { expect, test } from "vitest";
import { readShader } from "../../src/backends/gpu/shaders.ts";
import { openDevice } from "./device.ts";

const COUNT = 1 << 16;

/**
 * Largest relative error: WGSL allows the division 2.5 ulp; e^−|x| and the sums around it add 2, and the next power of
 * two halves an ulp's share of the result. σ and tanh near 1 and tanh near 0 do not need it all.
 */
const RELATIVE = 4.5 * 2 ** -23;

/** Evenly spaced from −limit to limit. */
const grid = (limit: number) => Float32Array.from({ length: COUNT }, (_, i) => limit * ((2 * i) / (COUNT - 1) - 1));

/** Applies a function of `lib/activations` to every number. */
async function apply(name: string, xs: Float32Array<ArrayBuffer>): Promise<Float32Array> {
  const device = await openDevice();
  const usage = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST;
  const values = device.createBuffer({ size: xs.byteLength, usage });
  const staging = device.createBuffer({
    size: xs.byteLength,
    usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST,
  });
  device.queue.writeBuffer(values, 0, xs);
  const kernel = /* wgsl */ `
@group(0) @binding(0) var<storage, read_write> values: array<vec4<f32>>;
@compute @workgroup_size(64) fn main(@builtin(global_invocation_id) id: vec3<u32>) {
  values[id.x] = ${name}(values[id.x]);
}
`;
  const module = device.createShaderModule({ code: kernel + readShader("lib/activations") });
  const pipeline = await device.createComputePipelineAsync({ layout: "auto", compute: { module } });
  const group = device.createBindGroup({
    layout: pipeline.getBindGroupLayout(0),
    entries: [{ binding: 0, resource: { buffer: values } }],
  });
  const encoder = device.createCommandEncoder();
  const pass = encoder.beginComputePass();
  pass.setPipeline(pipeline);
  pass.setBindGroup(0, group);
  pass.dispatchWorkgroups(COUNT / 4 / 64);
  pass.end();
  encoder.copyBufferToBuffer(values, 0, staging, 0, xs.byteLength);
  device.queue.submit([encoder.finish()]);
  await staging.mapAsync(GPUMapMode.READ);
  const got = new Float32Array(staging.getMappedRange().slice(0));
  device.destroy();
  return got;
}

test.each([
  ["sigmoid4", 1, (x: number) => 1 / (1 + Math.exp(-x))],
  ["sigmoid4", 80, (x: number) => 1 / (1 + Math.exp(-x))],
  ["tanh4", 1, Math.tanh],
  ["tanh4", 12, Math.tanh],
] as const)("%s is right to a few ulp up to ±%d", async (name, limit, wanted) => {
  const xs = grid(limit);
  const got = await apply(name, xs);
  let worst = { x: 0, error: 0 };
  for (const [i, x] of xs.entries()) {
    const reference = wanted(x);
    const error = Math.abs((got[i] ?? Number.NaN) - reference) / Math.abs(reference);
    if (!(error <= worst.error)) worst = { x, error };
  }
  expect(worst.error, `at ${worst.x}`).toBeLessThan(RELATIVE);
});

test("σ and tanh have their limits for any argument", async () => {
  const xs = new Float32Array(COUNT);
  xs.set([-1e30, -1000, 1000, 1e30]);
  expect([...(await apply("sigmoid4", xs)).subarray(2, 5)]).toEqual([1, 1, 0.5]);
  // e^−80 is the least that is told apart from 0.
  for (const small of (await apply("sigmoid4", xs)).subarray(0, 2)) expect(Math.abs(small)).toBeLessThan(2e-35);
  expect([...(await apply("tanh4", xs)).subarray(0, 5)]).toEqual([-1, -1, 1, 1, 0]);
});
