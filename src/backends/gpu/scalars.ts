/**
 * Writes the uniform block of a dispatch: scalars of 4 bytes in the kernel's order. A value is, in this order, the loop
 * index and the length of its chunk, a run-time scalar of the play (of the model that is played, where there is one for
 * each), a number of the call.
 */
import type { PlayScalars } from "../../core/backend.ts";
import { ELEMENT_BYTES } from "../../core/dims.ts";
import { ContractError } from "../../core/errors.ts";
import type { Dispatch } from "./dispatch.ts";

/** Writes the block of `dispatch` at `offsetBytes`. Throws `ContractError` for a scalar that nobody gives. */
export function writeScalars(view: DataView, offsetBytes: number, dispatch: Dispatch, runtime: PlayScalars): void {
  const { station, looped } = dispatch;
  let at = offsetBytes;
  for (const { name, type } of station.kernel.scalars) {
    const given = looped[name] ?? runtime[name] ?? station.numbers[name];
    const value = typeof given === "object" ? given[station.model ?? 0] : given;
    if (value === undefined) {
      throw new ContractError({ operation: station.kernel.file }, `the scalar ${name}`, "nothing");
    }
    if (type === "u32") view.setUint32(at, value, true);
    else view.setFloat32(at, value, true);
    at += ELEMENT_BYTES;
  }
}
