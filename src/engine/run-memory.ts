/** What a run takes on the device, and what it would take if windows were kept whole. */
import type { Player } from "../core/backend.ts";
import { layOutMemory } from "../core/liveness.ts";
import { type BuiltProgram, buildProgram } from "./build-program.ts";
import { isCut } from "./chunks.ts";
import type { ProgramSpec } from "./program-spec.ts";

/** Bytes of a run: its tensors, and what its player needs besides. */
export interface RunMemory {
  readonly bytes: number;
  /** The same with all steps of a window kept at once. */
  readonly wholeBytes: number;
  /** Steps between the checkpoints of a window, null where there are none. */
  readonly checkpoint: number | null;
}

/** The memory of a built Program that `player` holds, all its models together. */
export function measureMemory(
  spec: ProgramSpec,
  { program }: BuiltProgram,
  { bytes }: Pick<Player, "bytes">,
): RunMemory {
  const { checkpoint = null, ...rest } = spec;
  if (!isCut(spec)) return { bytes, wholeBytes: bytes, checkpoint };
  const { models = 1 } = program;
  const besides = bytes - layOutMemory(program).bytes;
  const whole = buildProgram({ ...rest, truncate: null }).program;
  return { bytes, wholeBytes: besides + layOutMemory({ ...whole, models }).bytes, checkpoint };
}
