/** What training changes of a model on the device, as values on the host: read after everything sent, or put in its place. */
import type { Player } from "../core/backend.ts";
import { CARRIED } from "./carried-state.ts";
import type { ProgramSpec } from "./program-spec.ts";
import { readFloats } from "./read-tensor.ts";
import type { RunState } from "./run-state.ts";
import { TENSOR } from "./tensor-names.ts";

/** What training changes on the device. */
export type DeviceState = Pick<RunState, "params" | "moments" | "carried">;

/** Reads parameters, moments and carried states of a model as they are after everything sent so far. */
export async function readState(
  player: Player,
  spec: Pick<ProgramSpec, "carried">,
  model: number,
): Promise<DeviceState> {
  const [params, moments, carried] = await Promise.all([
    readFloats(player, TENSOR.parameters, undefined, model),
    readFloats(player, TENSOR.moments, undefined, model),
    spec.carried ? readFloats(player, CARRIED, undefined, model) : new Float32Array(),
  ]);
  return { params, moments, carried };
}

/** Writes what `readState` reads. */
export function writeState(player: Player, { params, moments, carried }: DeviceState, model: number): void {
  player.write(TENSOR.parameters, params, 0, model);
  player.write(TENSOR.moments, moments, 0, model);
  if (carried.length > 0) player.write(CARRIED, carried, 0, model);
}

/** Parameters to begin again with: moments and carried states are as long as those of `like`, and 0. */
export function freshState(params: DeviceState["params"], { moments, carried }: DeviceState): DeviceState {
  return { params, moments: new Float32Array(moments.length), carried: new Float32Array(carried.length) };
}
