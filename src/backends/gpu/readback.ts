/**
 * Copies results to the host through staging buffers that are used again. A read is never awaited before the next one
 * starts, so that training goes on while results travel.
 */

import { BackendLostError } from "../../core/errors.ts";
import type { ElementType } from "../../core/operation.ts";
import type { Pending } from "./pending.ts";

/** Staging buffers kept for the next reads; more exist only while more reads are in flight. */
const KEPT_BUFFERS = 8;

/** What to copy, and how to read its bytes. */
export interface ReadRequest {
  readonly source: GPUBuffer;
  readonly offsetBytes: number;
  readonly sizeBytes: number;
  /** Ranges of that size, `distanceBytes` apart; they arrive one behind the other. */
  readonly copies: number;
  readonly distanceBytes: number;
  readonly type: ElementType;
}

/** Reads for one player; see `createReadback`. */
export interface Readback {
  /** Adds the copy to `encoder`; the caller submits it before it calls `receive`. */
  encode(encoder: GPUCommandEncoder, request: ReadRequest): GPUBuffer;
  /** Resolves with a copy of the bytes and takes the staging buffer back. */
  receive(staging: GPUBuffer, request: ReadRequest): Promise<Float32Array | Uint32Array>;
  /** Destroys the staging buffers; reads in flight reject with `BackendLostError`. */
  dispose(): void;
}

/** Starts without any staging buffer. */
export function createReadback(device: GPUDevice, pending: Pending): Readback {
  const free: GPUBuffer[] = [];
  const busy = new Set<GPUBuffer>();
  let disposed = false;

  function take(sizeBytes: number): GPUBuffer {
    const fitting = free.findIndex(({ size }) => size >= sizeBytes);
    const staging =
      free.splice(fitting, fitting < 0 ? 0 : 1)[0] ??
      device.createBuffer({
        label: "staging",
        size: sizeBytes,
        usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST,
      });
    busy.add(staging);
    return staging;
  }

  function give(staging: GPUBuffer): void {
    busy.delete(staging);
    free.push(staging);
    if (free.length > KEPT_BUFFERS) free.shift()?.destroy();
  }

  return {
    encode(encoder, { source, offsetBytes, sizeBytes, copies, distanceBytes }) {
      const staging = take(copies * sizeBytes);
      for (let i = 0; i < copies; i++) {
        encoder.copyBufferToBuffer(source, offsetBytes + i * distanceBytes, staging, i * sizeBytes, sizeBytes);
      }
      return staging;
    },
    async receive(staging, { sizeBytes, copies, type }) {
      try {
        await pending.guard(staging.mapAsync(GPUMapMode.READ, 0, copies * sizeBytes));
        const bytes = staging.getMappedRange(0, copies * sizeBytes).slice(0);
        staging.unmap();
        give(staging);
        return type === "u32" ? new Uint32Array(bytes) : new Float32Array(bytes);
      } catch (cause) {
        throw disposed ? new BackendLostError("the player was disposed", { cause }) : cause;
      }
    },
    dispose() {
      disposed = true;
      for (const staging of [...busy, ...free]) staging.destroy();
      busy.clear();
      free.length = 0;
    },
  };
}
