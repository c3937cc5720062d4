/** What a run's tensors take on the device, and what they would take if windows were kept whole. */
import { ELEMENT_BYTES } from "../core/dims.ts";
import { layoutOf, modelsOf } from "../core/model-layout.ts";
import type { Program } from "../core/program.ts";
import { type BuiltProgram, buildProgram } from "./build-program.ts";
import { isCut } from "./chunks.ts";
import type { ProgramSpec } from "./program-spec.ts";

/** Bytes of a run's tensors; what kernels need besides is the backend's own. */
export interface RunMemory {
  readonly bytes: number;
  /** The same with all steps of a window kept at once. */
  readonly wholeBytes: number;
  /** Steps between the checkpoints of a window, null where there are none. */
  readonly checkpoint: number | null;
}

function bytesOf({ tensors }: Program, models: number): number {
  return tensors.reduce((sum, tensor) => sum + layoutOf(tensor, models).total * ELEMENT_BYTES, 0);
}

/** The memory of a built Program, all its models together. */
export function measureMemory(spec: ProgramSpec, { program }: BuiltProgram): RunMemory {
  const models = modelsOf(program);
  const bytes = bytesOf(program, models);
  const { checkpoint = null, ...rest } = spec;
  const wholeBytes = isCut(spec) ? bytesOf(buildProgram({ ...rest, truncate: null }).program, models) : bytes;
  return { bytes, wholeBytes, checkpoint };
}
