/**
 * Opens the Program of one or several experiments on a backend and uploads data and states: the road on which a run and
 * models side by side are opened, fresh, saved, or after a device was lost.
 */
import type { Backend, Player } from "../core/backend.ts";
import { ProgramRefusedError } from "../core/errors.ts";
import type { Experiment } from "../core/experiment.ts";
import type { Plan, Program } from "../core/program.ts";
import { acceptPlan } from "../core/shared-plan.ts";
import type { Dataset } from "../core/task.ts";
import { type BuiltProgram, buildProgram } from "./build-program.ts";
import { writeState } from "./device-state.ts";
import { countOfSum } from "./head-loss.ts";
import type { ProgramSpec } from "./program-spec.ts";
import type { GroupOptions } from "./run-options.ts";
import { createInitialState, type RunState, resumeState } from "./run-state.ts";
import { TENSOR } from "./tensor-names.ts";
import type { GroupParts } from "./training-group.ts";

/** A model to be opened: its experiment, and the state to go on from. */
export interface OpenedModel {
  readonly experiment: Experiment;
  readonly state: RunState | null;
}

/** A Program that the backend holds. */
interface Opened {
  readonly spec: ProgramSpec;
  readonly built: BuiltProgram;
  readonly plan: Plan;
  readonly player: Player;
}

/** Uploads data rows and the states to start from. */
function upload(player: Player, dataset: Dataset, spec: ProgramSpec, states: readonly RunState[]): void {
  player.write("data.input", dataset.input.rows);
  player.write("data.target", dataset.target.rows);
  player.write("data.mask", dataset.mask);
  if (dataset.present) player.write("data.present", dataset.present);
  for (const [model, state] of states.entries()) {
    writeState(player, state, model);
    if (spec.loss.name === "ce-weighted") {
      player.write(TENSOR.classWeights, Float32Array.from(spec.loss.weights), 0, model);
    }
    if (spec.reduction === "sum") player.write("count", Float32Array.of(countOfSum(spec)), 0, model);
    if (state.mask) player.write(TENSOR.pruningMask, state.mask, 0, model);
  }
}

/** A plan that was brought along is pinned; otherwise measured, or the backend's own. */
function choosePlan(program: Program, backend: Backend, options: GroupOptions): Promise<Plan> | Plan {
  const { plan, shared, tune } = options;
  if (plan) return backend.plan(program, plan);
  const accepted = shared && acceptPlan(backend, program, shared.plan);
  if (accepted?.plan) return accepted.plan;
  if (accepted) shared?.refused(accepted.refused);
  return tune ? backend.tune(program, tune) : backend.plan(program);
}

/** Opens the first of the specs that the backend can hold. Throws the last refusal where it can hold none. */
async function openFirst(
  specs: readonly ProgramSpec[],
  models: number,
  backend: Backend,
  options: GroupOptions,
): Promise<Opened> {
  let refusal: unknown = new Error("a run needs a spec");
  for (const spec of specs) {
    const single = buildProgram(spec);
    const built = { ...single, program: { ...single.program, models } };
    try {
      const plan = await choosePlan(built.program, backend, options);
      // The backend refuses what it cannot hold before initial weights of that size are drawn.
      const player = await backend.create(built.program, plan, options.progress);
      return { spec, built, plan, player };
    } catch (error) {
      if (!(error instanceof ProgramRefusedError)) throw error;
      refusal = error;
    }
  }
  throw refusal;
}

/**
 * Opens one of the specs, in their order, for models whose experiments it fits, and uploads the data; `create` makes the
 * trainer of what was opened. Throws `InputError` for a state that does not fit, `ProgramRefusedError` when the backend
 * cannot hold any of the specs; nothing is left open then.
 */
export async function openTraining<Trainer>(
  specs: readonly ProgramSpec[],
  models: readonly OpenedModel[],
  { dataset, backend, options }: { dataset: Dataset; backend: Backend; options: GroupOptions },
  create: (parts: GroupParts, states: readonly RunState[]) => Trainer,
): Promise<Trainer> {
  const { spec, built, plan, player } = await openFirst(specs, models.length, backend, options);
  try {
    const opening = { plan, checkpoint: spec.checkpoint ?? null };
    const states = models.map(({ experiment, state }) =>
      state
        ? resumeState(state, experiment, built.model, opening)
        : createInitialState(experiment, built.model, opening),
    );
    upload(player, dataset, spec, states);
    return create({ dataset, spec, built, plan, player, options }, states);
  } catch (error) {
    player.dispose();
    throw error;
  }
}
