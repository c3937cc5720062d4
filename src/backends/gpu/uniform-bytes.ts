/**
 * What the uniform blocks of a player take, counted before anything is allocated: tens of thousands of dispatches, as long
 * windows that are played step by step have, need megabytes that no tensor accounts for.
 */
import type { Dispatch } from "./dispatch.ts";

/** Bytes between two uniform slots: WebGPU's default alignment of dynamic offsets. */
export const UNIFORM_STRIDE = 256;

/** Slots for the dispatches with run-time scalars of one submit: 64 KiB. */
export const RUNTIME_SLOTS = 256;

/** What a dispatch sees from its slot on: enough for an array of 64 blocks of 32 scalars, so that one bind group serves all. */
export const UNIFORM_BINDING_BYTES = 8192;

/** Buffers of a player that are no storage: blocks that are written once, and those that change with every submit. */
export const UNIFORM_BUFFERS = { fixed: "uniforms", runtime: "run-time uniforms" } as const;

/** Behind the last slot there is room for what a dispatch may see, though nothing is written there. */
const bytesOf = (slots: number) => slots * UNIFORM_STRIDE + UNIFORM_BINDING_BYTES;

/** Bytes of both buffers, for these dispatches of all phases. */
export function countUniformBytes(dispatches: readonly Dispatch[]): ReadonlyMap<string, number> {
  const fixed = dispatches.filter(({ station }) => !station.dynamic).length;
  return new Map([
    [UNIFORM_BUFFERS.fixed, bytesOf(fixed)],
    [UNIFORM_BUFFERS.runtime, bytesOf(RUNTIME_SLOTS)],
  ]);
}
