/**
 * The uniform blocks of a player, one slot of 256 bytes per dispatch. Dispatches without run-time scalars have a slot of
 * their own that is written once. The others take the next slot of a small buffer, which is uploaded right before the
 * submit that uses it: queue order keeps the slots of the submit before intact.
 */
import type { PlayScalars } from "../../core/backend.ts";
import type { Dispatch } from "./dispatch.ts";
import { UNIFORM_STRIDE } from "./pipelines.ts";
import { writeScalars } from "./scalars.ts";

/** Dispatches with run-time scalars that fit into one submit: 64 KiB of slots. */
const RUNTIME_SLOTS = 256;

/** One bind group of group 1 and the slots behind it. */
export interface UniformSlots {
  readonly group: GPUBindGroup;
  readonly buffer: GPUBuffer;
}

/** The slots that change with every submit; see `createRuntimeSlots`. */
export interface RuntimeSlots extends UniformSlots {
  /** True when the next `take` needs a submit first. */
  readonly full: boolean;
  /** Fills the next slot and returns its byte offset. */
  take(dispatch: Dispatch, scalars: PlayScalars): number;
  /** Uploads the slots taken since the last upload; call it right before the submit. */
  upload(): void;
}

function createSlots(device: GPUDevice, layout: GPUBindGroupLayout, label: string, slots: number): UniformSlots {
  const size = Math.max(slots, 1) * UNIFORM_STRIDE;
  const buffer = device.createBuffer({ label, size, usage: GPUBufferUsage.UNIFORM | GPUBufferUsage.COPY_DST });
  const resource = { buffer, size: UNIFORM_STRIDE };
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

/** Slots for dispatches with run-time scalars. */
export function createRuntimeSlots(device: GPUDevice, layout: GPUBindGroupLayout): RuntimeSlots {
  const slots = createSlots(device, layout, "run-time scalars", RUNTIME_SLOTS);
  const view = new DataView(new ArrayBuffer(slots.buffer.size));
  let taken = 0;
  return {
    ...slots,
    get full() {
      return taken === RUNTIME_SLOTS;
    },
    take(dispatch, scalars) {
      const offsetBytes = taken * UNIFORM_STRIDE;
      writeScalars(view, offsetBytes, dispatch, scalars);
      taken++;
      return offsetBytes;
    },
    upload() {
      if (taken > 0) device.queue.writeBuffer(slots.buffer, 0, view.buffer, 0, taken * UNIFORM_STRIDE);
      taken = 0;
    },
  };
}
