/** What a player plays: dispatches of kernels over pieces of buffers, as plain data. */
import type { Grid, Kernel, Numbers } from "../../core/operation.ts";

/** A piece of a buffer, in bytes. */
export interface Segment {
  readonly buffer: string;
  readonly offsetBytes: number;
  readonly sizeBytes: number;
}

/** One kernel of one call for all models: what a pipeline and a bind group are made for. */
export interface Station {
  readonly kernel: Kernel;
  readonly sizes: Numbers;
  /** Operation and place in the model, for GPU labels. */
  readonly label: string;
  /** In the order of the kernel's bindings, from the first model's to the end of the last one's. */
  readonly segments: readonly Segment[];
  /** Extents and constants of the call, and the elements from one model's tensors to the next's. */
  readonly numbers: Numbers;
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
