/**
 * The uniform blocks of a player in slots of 256 bytes: one for a dispatch, or a few where every model has its own scalars. Dispatches without run-time scalars have a slot of
 * their own that is written once. The others take the next slot of a small buffer, which is uploaded right before the
 * submit that uses it: queue order keeps the slots of the submit before intact.
 */
import type { PlayScalars } from "../../core/backend.ts";
import type { Dispatch } from "./dispatch.ts";
import { UNIFORM_STRIDE } from "./pipelines.ts";
import { countScalarBytes, writeScalars } from "./scalars.ts";

/** Slots for the dispatches with run-time scalars of one submit: 64 KiB. */
const RUNTIME_SLOTS = 256;

/** What a dispatch sees from its slot on: enough for an array of 64 blocks of 32 scalars, so that one bind group serves all. */
export const UNIFORM_BINDING_BYTES = 8192;

/** One bind group of group 1 and the slots behind it. */
export interface UniformSlots {
  readonly group: GPUBindGroup;
  readonly buffer: GPUBuffer;
}

/** The slots that change with every submit; see `createRuntimeSlots`. */
export interface RuntimeSlots extends UniformSlots {
  /** False where taking slots for the dispatch needs a submit first. */
  holds(dispatch: Dispatch): boolean;
  /** Fills the next slots and returns the byte offset of the first. */
  take(dispatch: Dispatch, scalars: PlayScalars): number;
  /** Uploads the slots taken since the last upload; call it right before the submit. */
  upload(): void;
}

function createSlots(device: GPUDevice, layout: GPUBindGroupLayout, label: string, slots: number): UniformSlots {
  // Behind the last slot there is room for what a dispatch may see, though nothing is written there.
  const size = slots * UNIFORM_STRIDE + UNIFORM_BINDING_BYTES;
  const buffer = device.createBuffer({ label, size, usage: GPUBufferUsage.UNIFORM | GPUBufferUsage.COPY_DST });
  const resource = { buffer, size: UNIFORM_BINDING_BYTES };
  return { buffer, group: device.createBindGroup({ label, layout, entries: [{ binding: 0, resource }] }) };
}

/** Writes the blocks of dispatches without run-time scalars, in order: block i lies at i · 256 bytes. */
export function createFixedSlots(
  device: GPUDevice,
  layout: GPUBindGroupLayout,
  dispatches: readonly Dispatch[],
): UniformSlots {
  const slots = createSlots(device, layout, "fixed scalars", dispatches.length);
  const view = new DataView(new ArrayBuffer(slots.buffer.size));
  dispatches.forEach((dispatch, i) => {
    writeScalars(view, i * UNIFORM_STRIDE, dispatch, {});
  });
  device.queue.writeBuffer(slots.buffer, 0, view.buffer);
  return slots;
}

const countSlots = (dispatch: Dispatch) => Math.ceil(countScalarBytes(dispatch) / UNIFORM_STRIDE);

/** Slots for dispatches with run-time scalars. */
export function createRuntimeSlots(device: GPUDevice, layout: GPUBindGroupLayout): RuntimeSlots {
  const slots = createSlots(device, layout, "run-time scalars", RUNTIME_SLOTS);
  const view = new DataView(new ArrayBuffer(slots.buffer.size));
  let taken = 0;
  return {
    ...slots,
    holds: (dispatch) => taken + countSlots(dispatch) <= RUNTIME_SLOTS,
    take(dispatch, scalars) {
      const offsetBytes = taken * UNIFORM_STRIDE;
      writeScalars(view, offsetBytes, dispatch, scalars);
      taken += countSlots(dispatch);
      return offsetBytes;
    },
    upload() {
      if (taken > 0) device.queue.writeBuffer(slots.buffer, 0, view.buffer, 0, taken * UNIFORM_STRIDE);
      taken = 0;
    },
  };
}
