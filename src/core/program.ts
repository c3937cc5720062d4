/**
 * A Program is the score: named tensors and, for each phase, a list of operation calls. It never holds a dispatch, a
 * buffer or a workgroup size; those belong to the plan and to the player.
 */
import type { ElementType, Numbers } from "./operation.ts";

/**
 * What a tensor is for. The planner of memory and the checkpoint read this; kernels never do. A `transient` is an activation
 * that is put in place anew in every play that reads it: what nobody has written in that play is never read, whatever it
 * holds, and nobody outside asks for it. So several of them may lie in the same memory (`liveness.ts`).
 */
export type TensorRole =
  | "parameters"
  | "gradients"
  | "optimizer-state"
  | "data"
  | "batch"
  | "activation"
  | "transient"
  | "metrics";

/** One named tensor of a Program. */
export interface ProgramTensor {
  readonly name: string;
  readonly type: ElementType;
  readonly shape: readonly number[];
  readonly role: TensorRole;
}

/**
 * A tensor, or a segment of one, bound to a call. `offset` and `length` count elements and select a segment of a flat
 * buffer; `offset` is a multiple of `SEGMENT_ALIGNMENT`. Offsets inside activations are constants of the call instead.
 */
export interface TensorBinding {
  readonly tensor: string;
  readonly offset?: number;
  readonly length?: number;
}

/** One operation over bound tensors. `numbers` holds the extents and the constants of the contract. */
export interface OperationCall {
  readonly operation: string;
  /** Where it stands in the model, e.g. `layer 1` or `head`: for plans, profiles, errors and the plan view. */
  readonly label: string;
  readonly numbers: Numbers;
  readonly tensors: Readonly<Record<string, TensorBinding>>;
}

/**
 * The parts of a Program that are played on their own. `begin` puts the states in place from which `generate` starts, where
 * they are not 0; `dh-norm` measures the gradients that the last `backward` left.
 */
export type PhaseName =
  | "forward"
  | "backward"
  | "update"
  | "clip-count"
  | "dh-norm"
  | "evaluate"
  | "predict"
  | "predict-rest"
  | "decode"
  | "encode"
  | "probe"
  | "begin"
  | "generate";

/** A whole score. Phases that a Program does not need are absent. */
export interface Program {
  /**
   * Models trained side by side, 1 to 64; 1 where nothing is said. Calls describe one of them: every tensor but those of role
   * `data` exists once for each (`model-layout.ts`), and each call is played for all.
   */
  readonly models?: number;
  readonly tensors: readonly ProgramTensor[];
  readonly phases: Readonly<Partial<Record<PhaseName, readonly OperationCall[]>>>;
  /**
   * The phases that are one training step: always played all, in this order, with nothing between that touches a transient.
   * What transients hold ends with the step, or with the play of any other phase. A Program that names none is looked at phase by
   * phase (verification reads gates between forward and backward), so all its tensors keep what they hold.
   */
  readonly trainingStep?: readonly PhaseName[];
}

/** Implementation and sizes chosen for one operation. */
export interface PlannedOperation {
  readonly implementation: string;
  readonly sizes: Numbers;
}

/**
 * What plays each operation, by name (`gru-forward`) or, for the calls at one place of the model, by name and label
 * (`gru-forward · layer 1`). The key with a label goes first. Part of the run and its file.
 */
export type Plan = Readonly<Record<string, PlannedOperation>>;

/** The key of a plan for the calls of an operation at one place of the model. */
export function planKey({ operation, label }: Pick<OperationCall, "operation" | "label">): string {
  return `${operation} · ${label}`;
}

/** What a plan says about a call, undefined where it says nothing. */
export function plannedFor(plan: Plan, call: Pick<OperationCall, "operation" | "label">): PlannedOperation | undefined {
  return plan[planKey(call)] ?? plan[call.operation];
}

/** The key of a plan for whole training steps; a plan without it plays their calls one by one. */
export const WHOLE_STEPS = "training-steps";

/** True where training plays whole steps in one dispatch, whatever the plan says of their calls. */
export function playsWholeSteps(plan: Plan): boolean {
  return plan[WHOLE_STEPS] !== undefined;
}
