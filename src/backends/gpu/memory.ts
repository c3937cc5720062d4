/**
 * The buffers of a Program: refused by number before anything is allocated, and given back completely when the device
 * runs out in the middle.
 */
import type { BackendInfo } from "../../core/backend.ts";
import { ProgramRefusedError } from "../../core/errors.ts";
import type { LoweredProgram } from "./lowering.ts";
import { UNIFORM_BUFFERS } from "./uniform-bytes.ts";

/** Throws `ProgramRefusedError` for the first buffer or binding beyond the device's limits. */
export function refuseTooLarge(program: LoweredProgram, limits: BackendInfo["limits"]): void {
  for (const [name, bytes] of program.bufferBytes) {
    if (bytes > limits.maxBufferBytes) throw new ProgramRefusedError(name, bytes, limits.maxBufferBytes);
  }
  const dispatches = [...program.phases.values()].flatMap((phase) => phase.dispatches);
  if (program.micro) dispatches.push(program.micro.dispatch);
  for (const { buffer, sizeBytes } of dispatches.flatMap(({ station }) => station.segments)) {
    if (sizeBytes > limits.maxBindingBytes) throw new ProgramRefusedError(buffer, sizeBytes, limits.maxBindingBytes);
  }
}

/**
 * Allocates every buffer, zeroed. When the device has no memory left, destroys what was made and throws
 * `ProgramRefusedError` with the bytes asked for in all and those that were granted.
 */
export async function createBuffers(device: GPUDevice, program: LoweredProgram): Promise<Map<string, GPUBuffer>> {
  const storage = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST;
  const uniforms = new Set<string>(Object.values(UNIFORM_BUFFERS));
  const buffers = new Map<string, GPUBuffer>();
  const scopes: Promise<GPUError | null>[] = [];
  for (const [label, size] of program.bufferBytes) {
    const usage = uniforms.has(label) ? GPUBufferUsage.UNIFORM | GPUBufferUsage.COPY_DST : storage;
    device.pushErrorScope("out-of-memory");
    device.pushErrorScope("validation");
    buffers.set(label, device.createBuffer({ label, size, usage }));
    scopes.push(device.popErrorScope(), device.popErrorScope());
  }
  const errors = await Promise.all(scopes);
  const failed = errors.findIndex((error) => error !== null);
  if (failed < 0) return buffers;
  for (const buffer of buffers.values()) buffer.destroy();
  // Two scopes per buffer, in the order of the buffers.
  const sizes = [...program.bufferBytes];
  const granted = sizes.slice(0, Math.floor(failed / 2)).reduce((sum, [, bytes]) => sum + bytes, 0);
  const asked = sizes.reduce((sum, [, bytes]) => sum + bytes, 0);
  throw new ProgramRefusedError(sizes[Math.floor(failed / 2)]?.[0] ?? "", asked, granted);
}
