/**
 * Prunes a run at the steps its experiment fixes, with nothing in flight: reads the parameters back, ranks them on the
 * host, and hands mask and pruned parameters to the device, whose optimizer then keeps them at 0. Each pruning is judged by
 * the validation loss before, after, and with each part pruned alone. Masks are replaced, never changed, so a state kept
 * for recovery keeps its own.
 */
import type { Player } from "../core/backend.ts";
import type { PruningChoice } from "../core/pruning-choice.ts";
import type { PruningReport } from "../core/run-record.ts";
import type { HeldOut } from "./held-out.ts";
import type { Model } from "./model.ts";
import { countPruned, nextPruningAfter, prunableParts, pruneSmallest, shareDueAt } from "./pruning.ts";
import { readFloats } from "./read-tensor.ts";
import type { Evaluation } from "./run-report.ts";
import { TENSOR } from "./tensor-names.ts";

type Floats = Float32Array<ArrayBuffer>;

/** What pruning needs. */
export interface PrunerParts {
  readonly player: Player;
  readonly model: Model;
  readonly choice: PruningChoice;
  readonly heldOut: HeldOut;
}

/** What pruning has done so far; `mask` [P] is null in a run that does not prune. */
export interface PrunedState {
  readonly mask: Floats | null;
  readonly prunings: readonly PruningReport[];
}

/** `params` [P] where the mask is 1, else 0. */
function masked(params: Float32Array, mask: Float32Array): Floats {
  return Float32Array.from(params, (value, p) => (mask[p] === 0 ? 0 : value));
}

/** A loss that JSON can hold: what is not finite is said by its absence. */
const finiteOrNull = (loss: number): number | null => (Number.isFinite(loss) ? loss : null);

/** See the file's header. One per run. */
export class Pruner {
  readonly #parts: PrunerParts;
  #state: PrunedState;

  constructor(parts: PrunerParts, { mask, prunings }: PrunedState) {
    this.#parts = parts;
    this.#state = { mask, prunings };
  }

  /** Mask and history after the last pruning. */
  get state(): PrunedState {
    return this.#state;
  }

  /** True where a pruning is due after training step `step` and was not made yet. */
  isDue(step: number): boolean {
    return shareDueAt(this.#parts.choice, step) !== null && this.#state.prunings.at(-1)?.step !== step;
  }

  /** The step at which sending must stop for a pruning: `submitted` itself if it is due there. */
  nextStop(submitted: number): number {
    return this.isDue(submitted) ? submitted : nextPruningAfter(this.#parts.choice, submitted);
  }

  /** Prunes after training step `step`. The pruned parameters become the best state: those before had more weights. */
  async prune(step: number): Promise<{ readonly pruning: PruningReport; readonly evaluation: Evaluation }> {
    const { player, model, choice, heldOut } = this.#parts;
    const { mask } = this.#state;
    const share = shareDueAt(choice, step);
    if (share === null || !mask) throw new Error(`no pruning is due at step ${step}`);
    const params = await readFloats(player, TENSOR.parameters);
    const lossBefore = finiteOrNull(await heldOut.validationLoss());
    let pruned = mask;
    const parts: PruningReport["parts"] = [];
    for (const part of prunableParts(model)) {
      player.write(TENSOR.parameters, masked(params, pruneSmallest(part, params, mask, share)));
      const loss = finiteOrNull(await heldOut.validationLoss());
      pruned = pruneSmallest(part, params, pruned, share);
      parts.push({ name: part.name, weights: part.weights, zeros: countPruned(part, pruned), loss });
    }
    player.write(TENSOR.pruningMask, pruned);
    player.write(TENSOR.parameters, masked(params, pruned));
    heldOut.forgetBest();
    const evaluation = await heldOut.evaluate(step, true);
    const pruning = { step, share, lossBefore, lossAfter: finiteOrNull(evaluation.validationLoss), parts };
    this.#state = { mask: pruned, prunings: [...this.#state.prunings, pruning] };
    return { pruning, evaluation };
  }
}
