/**
 * Prunes models at the steps that their experiment fixes, with nothing in flight: reads the parameters back, ranks them on the
 * host, and hands mask and pruned parameters to the device, whose optimizer then keeps them at 0. Each pruning is judged by
 * the validation loss before, after, and with each part pruned alone. Masks are replaced, never changed, so a state kept
 * for recovery keeps its own.
 */
import type { Player } from "../core/backend.ts";
import type { PruningChoice } from "../core/pruning-choice.ts";
import type { PruningReport } from "../core/run-record.ts";
import type { HeldOut, JudgedModel } from "./held-out.ts";
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

/** What pruning has done to one model so far; `mask` [P] is null in a run that does not prune. */
export interface PrunedState {
  readonly mask: Floats | null;
  readonly prunings: readonly PruningReport[];
}

/** What a pruning did to one model. */
export interface Pruned {
  readonly pruning: PruningReport;
  readonly evaluation: Evaluation;
}

/** `params` [P] where the mask is 1, else 0. */
function masked(params: Float32Array, mask: Float32Array): Floats {
  return Float32Array.from(params, (value, p) => (mask[p] === 0 ? 0 : value));
}

/** A loss that JSON can hold: what is not finite is said by its absence. */
const finiteOrNull = (loss: number | undefined): number | null =>
  loss !== undefined && Number.isFinite(loss) ? loss : null;

/** A model while it is being pruned. */
interface Patient extends JudgedModel {
  /** Of the weights that are to be 0 from now on. */
  readonly share: number;
  readonly params: Floats;
  readonly lossBefore: number | null;
  readonly mask: Floats;
  /** The mask with the parts that are done. */
  pruned: Floats;
  readonly parts: PruningReport["parts"];
}

/** See the file's header. One per player. */
export class Pruner {
  readonly #parts: PrunerParts;
  readonly #states: PrunedState[];

  constructor(parts: PrunerParts, states: readonly PrunedState[]) {
    this.#parts = parts;
    this.#states = states.map(({ mask, prunings }) => ({ mask, prunings }));
  }

  /** Mask and history of a model after its last pruning. */
  state(model: number): PrunedState {
    const state = this.#states[model];
    if (!state) throw new Error(`a model below ${this.#states.length}, not ${model}`);
    return state;
  }

  /** True where a pruning of the model is due after training step `step` and was not made yet. */
  isDue(model: number, step: number): boolean {
    return shareDueAt(this.#parts.choice, step) !== null && this.state(model).prunings.at(-1)?.step !== step;
  }

  /** The step at which sending must stop for a pruning of the model: `submitted` itself if it is due there. */
  nextStop(model: number, submitted: number): number {
    return this.isDue(model, submitted) ? submitted : nextPruningAfter(this.#parts.choice, submitted);
  }

  /**
   * Prunes models, each after its own training step; results in their order. The pruned parameters become the best state: those
   * before had more weights.
   */
  async prune(models: readonly JudgedModel[]): Promise<readonly Pruned[]> {
    const { player, model: table, heldOut } = this.#parts;
    const patients = await this.#admit(models);
    for (const part of prunableParts(table)) {
      for (const { model, params, mask, share } of patients) {
        player.write(TENSOR.parameters, masked(params, pruneSmallest(part, params, mask, share)), 0, model);
      }
      const losses = await heldOut.validationLosses();
      for (const patient of patients) {
        patient.pruned = pruneSmallest(part, patient.params, patient.pruned, patient.share);
        const zeros = countPruned(part, patient.pruned);
        const loss = finiteOrNull(losses[patient.model]);
        patient.parts.push({ name: part.name, weights: part.weights, zeros, loss });
      }
    }
    for (const { model, params, pruned } of patients) {
      player.write(TENSOR.pruningMask, pruned, 0, model);
      player.write(TENSOR.parameters, masked(params, pruned), 0, model);
      heldOut.forgetBest(model);
    }
    const evaluations = await heldOut.evaluate(patients, true);
    return evaluations.map((evaluation, i) => this.#discharge(patients[i], evaluation));
  }

  /** The models as they are before a pruning. */
  async #admit(models: readonly JudgedModel[]): Promise<Patient[]> {
    const { player, heldOut, choice } = this.#parts;
    const losses = await heldOut.validationLosses();
    const admit = async ({ model, step }: JudgedModel): Promise<Patient> => {
      const { mask } = this.state(model);
      const share = shareDueAt(choice, step);
      if (share === null) throw new Error(`no pruning of model ${model} is due at step ${step}`);
      if (!mask) throw new Error(`model ${model} has no mask`);
      const params = await readFloats(player, TENSOR.parameters, undefined, model);
      return { model, step, share, params, lossBefore: finiteOrNull(losses[model]), mask, pruned: mask, parts: [] };
    };
    return Promise.all(models.map(admit));
  }

  #discharge(patient: Patient | undefined, evaluation: Evaluation): Pruned {
    if (!patient) throw new Error("an evaluation of a model that was not pruned");
    const { model, step, share, lossBefore, pruned: mask, parts } = patient;
    const pruning = { step, share, lossBefore, lossAfter: finiteOrNull(evaluation.validationLoss), parts };
    this.#states[model] = { mask, prunings: [...this.state(model).prunings, pruning] };
    return { pruning, evaluation };
  }
}
