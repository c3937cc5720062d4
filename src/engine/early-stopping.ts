/**
 * Early stopping as a function of the validation losses at the evaluation steps, which the experiment fixes, so that a
 * run that is repeated or reopened stops at the same step. The run acts on it; here it is only decided.
 */
import type { EarlyStoppingChoice } from "../core/early-stopping-choice.ts";
import type { EarlyStoppingState } from "../core/run-record.ts";

/** What is known before the first evaluation. */
export const FRESH_EARLY_STOPPING: EarlyStoppingState = { best: null, waited: 0, stoppedAt: null };

/**
 * The state after the evaluation at `step`. `stoppedAt` equals `step` where the run shall stop now; the count then begins
 * again, so that a run which goes on has the whole patience before it. A loss that is no number is not better.
 */
export function observeEarlyStopping(
  choice: EarlyStoppingChoice,
  state: EarlyStoppingState,
  { step, loss }: { readonly step: number; readonly loss: number },
): EarlyStoppingState {
  if (choice === null) return state;
  if (loss < (state.best ?? Number.POSITIVE_INFINITY) - choice.minimumDelta) return { ...state, best: loss, waited: 0 };
  const waited = state.waited + 1;
  return waited < choice.patience ? { ...state, waited } : { ...state, waited: 0, stoppedAt: step };
}
