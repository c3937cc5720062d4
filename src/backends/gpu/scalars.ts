/**
 * Writes the uniform block of a dispatch: scalars of 4 bytes in the kernel's order. A value is, in this order, the loop
 * index and the length of its chunk, a run-time scalar of the play (of the model that is played, where there is one for
 * each), a number of the call. Where every model has its own scalars there is a block for each, as elements of an array.
 */
import type { PlayScalars } from "../../core/backend.ts";
import { ELEMENT_BYTES } from "../../core/dims.ts";
import { ContractError } from "../../core/errors.ts";
import { MAX_MODELS } from "../../core/model-layout.ts";
import type { Kernel } from "../../core/operation.ts";
import type { Dispatch } from "./dispatch.ts";

/** Elements of an array in the uniform address space begin at multiples of this. */
const ARRAY_ALIGNMENT_BYTES = 16;

/** From the block of one model to that of the next. */
function blockBytes({ scalars }: Kernel): number {
  return Math.ceil((scalars.length * ELEMENT_BYTES) / ARRAY_ALIGNMENT_BYTES) * ARRAY_ALIGNMENT_BYTES;
}

/** Blocks of a dispatch: one for each of its models where their scalars may differ. */
function countBlocks({ station, grid }: Dispatch): number {
  return station.kernel.scalarsPerModel ? grid[2] : 1;
}

/** Bytes that the blocks of a dispatch take. */
export function countScalarBytes(dispatch: Dispatch): number {
  return countBlocks(dispatch) * blockBytes(dispatch.station.kernel);
}

/** Bytes that a kernel may want to see from the first block on, however many models there are. */
export function mostScalarBytes(kernel: Kernel): number {
  return (kernel.scalarsPerModel ? MAX_MODELS : 1) * blockBytes(kernel);
}

/** Writes the blocks of `dispatch` from `offsetBytes` on. Throws `ContractError` for a scalar that nobody gives. */
export function writeScalars(view: DataView, offsetBytes: number, dispatch: Dispatch, runtime: PlayScalars): void {
  const { kernel, numbers } = dispatch.station;
  for (let block = 0; block < countBlocks(dispatch); block++) {
    let at = offsetBytes + block * blockBytes(kernel);
    for (const { name, type } of kernel.scalars) {
      const given = dispatch.looped[name] ?? runtime[name] ?? numbers[name];
      const value = typeof given === "object" ? given[block] : given;
      if (value === undefined) throw new ContractError({ operation: kernel.file }, `the scalar ${name}`, "nothing");
      if (type === "u32") view.setUint32(at, value, true);
      else view.setFloat32(at, value, true);
      at += ELEMENT_BYTES;
    }
  }
}
