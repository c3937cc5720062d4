/**
 * Whole training steps inside one dispatch, for tiny networks: no operation, but a way of playing the phases of a training
 * step that a plan may name besides what it says about operations. One kernel knows the routines below; `micro-forms.ts`
 * says which of them computes an operation, and from which numbers.
 */
import type { Grid, Kernel } from "../core/operation.ts";
import { type PhaseName, WHOLE_STEPS } from "../core/program.ts";
import { reads, u32, writes } from "./kernel-terms.ts";

/** What plays whole steps, by name: its key in a plan, and the stem of its kernel's file. */
export const TRAINING_STEPS = WHOLE_STEPS;

/** The one implementation that such an entry of a plan may name. */
export const MICRO = "micro";

/** The phases of a training step, in order; those that a Program has are played. */
export const TRAINING_PHASES: readonly PhaseName[] = ["forward", "backward", "update"];

/** The kernel's routines in the order in which a round plays them; the name is that of the WGSL function. */
export const MICRO_ROUTINES = [
  "cut_windows",
  "look_up",
  "multiply",
  "run_forward",
  "lose_squares",
  "lose_bits",
  "lose_classes",
  "sum_columns",
  "run_backward",
  "add_by_id",
  "reduce",
  "descend_sgd",
  "descend_adam",
  "descend_rmsprop",
] as const;

/** A routine of the kernel. */
export type MicroRoutine = (typeof MICRO_ROUTINES)[number];

/** Layout of the table of calls, in words; the same constants stand in `lib/micro-access.wgsl`. */
export const MICRO_TABLE = { callWords: 40, firstNumber: 16 } as const;

/** Steps whose run-time scalars are uploaded together. */
export const MICRO_UPLOADED_STEPS = 64;

const onePerModel = ({ models = 1 }): Grid => [models, 1, 1];

/** See the file's header. `models` is among the numbers; the trips are those of all calls and counted there. */
export const MICRO_KERNEL: Kernel = {
  file: `${TRAINING_STEPS}.${MICRO}`,
  bindings: [...reads("table", "given"), ...writes("arena")],
  scalars: u32("first", "steps", "rounds", "ends", "columns", "models", "flags", "flagsPerModel"),
  sizes: { WORKGROUP_SIZE: 8, ROUTINES: 16383, CELLS: 31, UNITS: 32 },
  lib: [
    "micro-access",
    "micro-batch",
    "micro-products",
    "micro-held",
    "micro-forward",
    "micro-backward",
    "micro-losses",
    "micro-optimizers",
    "precise-sum",
    "finite",
    "activations",
    "log1p",
    "clip",
  ],
  grid: onePerModel,
  trips: ({ trips = 0 }) => trips,
};
