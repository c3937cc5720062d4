/**
 * Which operations have a fast twin under `wasm/`, and the scratch that a call of each needs, in elements, written like
 * the axes of a contract. A matrix [depth, columns] packed into panels of 8 columns takes at most depth · (columns + 7).
 */
import type { Numbers, Operation } from "../../core/operation.ts";
import { batchGather } from "../../operations/batch-gather.ts";
import { biasGradient } from "../../operations/bias-gradient.ts";
import { gatherBackward } from "../../operations/gather-backward.ts";
import { gatherForward } from "../../operations/gather-forward.ts";
import { gradientNorm } from "../../operations/gradient-norm.ts";
import { gruBackward } from "../../operations/gru-backward.ts";
import { gruForward } from "../../operations/gru-forward.ts";
import { inputGradient } from "../../operations/input-gradient.ts";
import { lossCe } from "../../operations/loss-ce.ts";
import { lstmBackward } from "../../operations/lstm-backward.ts";
import { lstmForward } from "../../operations/lstm-forward.ts";
import { optimizerAdam } from "../../operations/optimizer-adam.ts";
import { projectForward } from "../../operations/project-forward.ts";
import { rnnBackward } from "../../operations/rnn-backward.ts";
import { rnnForward } from "../../operations/rnn-forward.ts";
import { ugrnnBackward } from "../../operations/ugrnn-backward.ts";
import { ugrnnForward } from "../../operations/ugrnn-forward.ts";
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
  { operation: batchGather },
  { operation: biasGradient },
  { operation: gatherBackward },
  { operation: gatherForward },
  { operation: gradientNorm },
  // U and its transpose in panels, sums, factors of dropout.
  { operation: gruBackward, scratch: "3H·H+21H+2B·H" },
  { operation: gruForward, scratch: "3H·H+14H+5B·H" },
  { operation: inputGradient, scratch: "C·D+7C" },
  { operation: lossCe },
  { operation: lstmBackward, scratch: "4H·H+28H+2B·H" },
  { operation: lstmForward, scratch: "4H·H+7H+6B·H" },
  { operation: optimizerAdam },
  { operation: projectForward, scratch: "D·C+7D" },
  { operation: rnnBackward, scratch: "H·H+7H+2B·H" },
  { operation: rnnForward, scratch: "H·H+7H+3B·H" },
  { operation: ugrnnBackward, scratch: "2H·H+14H+2B·H" },
  { operation: ugrnnForward, scratch: "2H·H+7H+4B·H" },
  // 256 rows of both operands; the left one in tiles of 6 columns.
  { operation: weightGradient, scratch: "256·C+256·D+3072" },
];
