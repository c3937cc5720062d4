/**
 * The WebGPU backend that the files of this folder play on. There is one for all of them, because nearly all the time that
 * these tests take is spent compiling kernels, and a device compiles each only once; so nobody disposes of it. A file that
 * measures plans or breaks devices opens its own.
 */
import { openBackend } from "../../src/backends/open.ts";
import type { Backend } from "../../src/core/backend.ts";

/** Opens one; throws where there is no adapter, because a skipped kernel test proves nothing. */
export async function openOwnBackend(): Promise<Backend> {
  const { backend, faults } = await openBackend("webgpu", navigator.gpu);
  if (!backend) throw new Error(`no WebGPU: ${JSON.stringify(faults)}`);
  return backend;
}

/** The one that is shared. */
export const sharedBackend: Backend = await openOwnBackend();
