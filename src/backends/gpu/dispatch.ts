/** What a player plays: dispatches of kernels over pieces of buffers, as plain data. */
import type { Grid, Kernel, Numbers } from "../../core/operation.ts";

/** A piece of a buffer, in bytes. */
export interface Segment {
  readonly buffer: string;
  readonly offsetBytes: number;
  readonly sizeBytes: number;
}

/** One kernel of one call: what a pipeline and a bind group are made for. It plays one model, or all of them at once. */
export interface Station {
  readonly kernel: Kernel;
  readonly sizes: Numbers;
  /** Operation and place in the model, for GPU labels. */
  readonly label: string;
  /** In the order of the kernel's bindings. */
  readonly segments: readonly Segment[];
  /** Extents and constants of the call, and for all models at once the elements from one model's tensors to the next's. */
  readonly numbers: Numbers;
  /** The model it plays; null for all of them. */
  readonly model: number | null;
  /** True when some scalar of the kernel is given at each play. */
  readonly dynamic: boolean;
}

/** One dispatch of a station. */
export interface Dispatch {
  readonly station: Station;
  readonly grid: Grid;
  /** `t` where the pass loops, and `steps` where it loops over chunks; empty elsewhere. */
  readonly looped: Numbers;
}
