/** What a parity case is: one call of an operation, and how its tensors are filled. */
import type { Numbers } from "../core/operation.ts";

/** Value of element `i` from a uniform number in [0, 1). */
export type Fill = (random: number, i: number) => number;

/** One call with its numbers and tensors. */
export interface ParityCase {
  readonly operation: string;
  readonly numbers: Numbers;
  readonly scalars?: Numbers;
  readonly fill?: Readonly<Record<string, Fill>>;
  /** Outputs to compare; all of them where it is not given. */
  readonly compared?: readonly string[];
  /** Value that `flags` must end with on both backends, where the case is about it. */
  readonly flags?: number;
}
