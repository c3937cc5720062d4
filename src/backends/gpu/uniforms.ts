/**
 * The uniform blocks of a player in slots of 256 bytes: one for a dispatch, or a few where every model has its own scalars. Dispatches without run-time scalars have a slot of
 * their own that is written once. The others take the next slot of a small buffer, which is uploaded right before the
 * submit that uses it: queue order keeps the slots of the submit before intact.
 */
import type { PlayScalars } from "../../core/backend.ts";
import type { Dispatch } from "./dispatch.ts";
import type { Pipelines } from "./pipelines.ts";
import { countScalarBytes, writeScalars } from "./scalars.ts";
import { RUNTIME_SLOTS, UNIFORM_BINDING_BYTES, UNIFORM_STRIDE } from "./uniform-bytes.ts";

/** What slots are made of; `buffer` is as long as `countUniformBytes` says. */
interface SlotParts {
  readonly device: GPUDevice;
  readonly layouts: Pick<Pipelines, "scalarLayout">;
  readonly buffer: GPUBuffer;
}

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

function createSlots({ device, layouts, buffer }: SlotParts): UniformSlots {
  const { label } = buffer;
  const entries = [{ binding: 0, resource: { buffer, size: UNIFORM_BINDING_BYTES } }];
  return { buffer, group: device.createBindGroup({ label, layout: layouts.scalarLayout, entries }) };
}

/** Writes the blocks of dispatches without run-time scalars, in order: block i lies at i · 256 bytes. */
export function createFixedSlots(parts: SlotParts, dispatches: readonly Dispatch[]): UniformSlots {
  const slots = createSlots(parts);
  const view = new DataView(new ArrayBuffer(slots.buffer.size));
  dispatches.forEach((dispatch, i) => {
    writeScalars(view, i * UNIFORM_STRIDE, dispatch, {});
  });
  parts.device.queue.writeBuffer(slots.buffer, 0, view.buffer);
  return slots;
}

const countSlots = (dispatch: Dispatch) => Math.ceil(countScalarBytes(dispatch) / UNIFORM_STRIDE);

/** Slots for dispatches with run-time scalars. */
export function createRuntimeSlots(parts: SlotParts): RuntimeSlots {
  const slots = createSlots(parts);
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
      if (taken > 0) parts.device.queue.writeBuffer(slots.buffer, 0, view.buffer, 0, taken * UNIFORM_STRIDE);
      taken = 0;
    },
  };
}
