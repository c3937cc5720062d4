/**
 * Which operations have a fast twin under `wasm/`, and the scratch that a call of each needs, in elements, written like
 * the axes of a contract. A matrix [depth, columns] packed into panels of 8 columns takes at most depth · (columns + 7).
 */
import type { Numbers, Operation } from "../../core/operation.ts";
import { biasGradient } from "../../operations/bias-gradient.ts";
import { gatherBackward } from "../../operations/gather-backward.ts";
import { gatherForward } from "../../operations/gather-forward.ts";
import { inputGradient } from "../../operations/input-gradient.ts";
import { projectForward } from "../../operations/project-forward.ts";
import { weightGradient } from "../../operations/weight-gradient.ts";

/** A fast twin. `wasm/index.ts` exports it by the operation's name in camelCase. */
export interface FastTwin {
  readonly operation: Operation;
  /** Elements of scratch: an expression over the extents of a call; none by default. */
  readonly scratch?: string;
  /** Constants with which the fast twin can do; a call with others is played by the plain one. */
  readonly when?: Numbers;
}

/** Every fast twin, in alphabetical order. */
export const FAST_TWINS: readonly FastTwin[] = [
  { operation: biasGradient },
  { operation: gatherBackward },
  { operation: gatherForward },
  { operation: inputGradient, scratch: "C·D+7C" },
  { operation: projectForward, scratch: "D·C+7D" },
  // 256 rows of both operands; the left one in tiles of 6 columns.
  { operation: weightGradient, scratch: "256·C+256·D+3072" },
];
