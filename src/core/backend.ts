/**
 * The one interface between the engine and whatever computes. The engine is given a Backend and never asks which one.
 * All promises settle, also when a device is lost: they then reject with `BackendLostError`.
 */
import type { Numbers } from "./operation.ts";
import type { PhaseName, Plan, PlannedOperation, Program } from "./program.ts";

/**
 * Which backend the user wishes for. `auto` takes a GPU where there is one and the CPU where there is no adapter; on a
 * software adapter it measures which of both is faster, for each Program. `webgpu` takes nothing else. Of the CPU's two
 * players `wasm` is the fast one and `cpu` the plain one, which is slow and the oracle of all others.
 */
export type BackendWish = "auto" | "webgpu" | "wasm" | "cpu";

/** Milliseconds of a training step of one Program on two players that raced for it. */
export interface MeasuredPlayers {
  readonly webgpuMs: number;
  readonly wasmMs: number;
}

/** What the user sees of a backend. */
export interface BackendInfo {
  readonly kind: "webgpu" | "wasm" | "cpu";
  /** Human name of the adapter, or of the CPU player. */
  readonly adapter: string;
  /** True when the adapter is a software renderer: works, but slowly. */
  readonly software: boolean;
  /** Why this player, where it was chosen by a race for a Program. */
  readonly measured?: MeasuredPlayers;
  /** Limits that a refused experiment quotes, in bytes or counts. */
  readonly limits: { readonly maxBufferBytes: number; readonly maxBindingBytes: number };
}

/** Why a device went away. `destroyed` is our own doing and never reported. */
export interface BackendLoss {
  readonly reason: "destroyed" | "unknown";
  readonly message: string;
}

/** Time of one call of a phase. */
export interface CallTime {
  readonly operation: string;
  readonly label: string;
  readonly implementation: string;
  /** Of the plan; empty for players that have none. */
  readonly sizes: Numbers;
  readonly dispatches: number;
  readonly ms: number;
}

/**
 * The calls of a phase in order of play. `timestamps` are the device's own clock around each call; `waiting` is the host's,
 * with the wait for each call to end in it; `clock` is that of a player that computes while it plays. Browsers may round
 * timestamps to 0.1 ms, so short calls want the mean of several profiles.
 */
export interface PhaseProfile {
  readonly method: "timestamps" | "waiting" | "clock";
  readonly calls: readonly CallTime[];
}

/** Run-time scalars of a play by name: one number for all models, or one for each. */
export type PlayScalars = Readonly<Record<string, number | ArrayLike<number>>>;

/** Run-time scalars of one phase of step `step`, counted from 0. It may hand out the same object again and again. */
export type StepScalars = (phase: PhaseName, step: number) => PlayScalars;

/**
 * One Program made playable: buffers, pipelines, bind groups. Offsets count within one model's copy of a tensor; `model` is
 * 0 for data that all models share.
 */
export interface Player {
  /** Enqueues a copy of `data` into a tensor at `offset` (elements). Ordered with the plays around it. */
  write(tensor: string, data: Float32Array | Uint32Array, offset?: number, model?: number): void;
  /**
   * Enqueues a phase for every model. `scalars` holds every run-time scalar that its operations name; those that a kernel
   * reads once for all models (batch-gather's `slot`) must be one number. Does not wait.
   */
  play(phase: PhaseName, scalars: PlayScalars): void;
  /**
   * Enqueues `count` steps, each of them all `phases` in order. `scalarsOf` is asked once for each phase of each step, in
   * order of play. It means what that loop of `play` means, but a player may do several steps at once. Does not wait.
   */
  playSteps(phases: readonly PhaseName[], count: number, scalarsOf: StepScalars): void;
  /** Sends what was enqueued. Plays between two submits share one. `read` and `settle` submit by themselves. */
  submit(): void;
  /** Copies `length` elements from `offset` once everything enqueued before has run. Several reads may be in flight. */
  read(tensor: string, offset?: number, length?: number, model?: number): Promise<Float32Array | Uint32Array>;
  /** The same range of every model at once, one behind the other [M, length]; of shared data the one copy. */
  readAll(tensor: string, offset?: number, length?: number): Promise<Float32Array | Uint32Array>;
  /** Resolves when everything enqueued has run. */
  settle(): Promise<void>;
  /**
   * Plays a phase as `play` does, slower, and says how long each of its calls took. Plays that are enqueued before it
   * resolves run behind it, but spoil its times where the method is `waiting`. `now` is the host's monotonic clock in ms.
   */
  profile(phase: PhaseName, scalars: PlayScalars, now: () => number): Promise<PhaseProfile>;
  /** What it holds on the device: tensors, and what its kernels need besides. */
  readonly bytes: number;
  /** Counts since creation, for the CLI and for the test that a step uploads nothing but ids and scalars. */
  readonly counts: {
    readonly plays: number;
    readonly submits: number;
    readonly dispatches: Readonly<Record<string, number>>;
  };
  /** Mirrors creation. Idempotent. */
  dispose(): void;
}

/** The plain meaning of `Player.playSteps`, for players that know no shorter way. */
export function playOneByOne(
  player: Pick<Player, "play">,
  phases: readonly PhaseName[],
  count: number,
  scalarsOf: StepScalars,
): void {
  for (let step = 0; step < count; step++) {
    for (const phase of phases) player.play(phase, scalarsOf(phase, step));
  }
}

/** What measurements found earlier. Keys name the adapter, the operation and its shape; a memory is of one browser version. */
export interface PlanMemory {
  recall(key: string): PlannedOperation | undefined;
  remember(key: string, planned: PlannedOperation): void;
}

/** The operation that `TuneOptions.progress` names, and the key of a memory, while two players race for a Program. */
export const PLAYER_RACE = "players";

/** What the owner of a run lends to the measured choice of its plan. */
export interface TuneOptions {
  /** The host's monotonic clock in ms. */
  readonly now: () => number;
  readonly memory: PlanMemory;
  /** True once whoever waits would rather have the start of the model than the end of the measurements. */
  readonly skipped: () => boolean;
  /** Called before each operation that is measured: places done, places in all, and what comes next. */
  readonly progress: (done: number, total: number, operation: string) => void;
  /** Time for all of it. */
  readonly limitMs: number;
}

/** Time that a tuner may take before step 0. */
export const TUNING_LIMIT_MS = 3000;

/** Opens players. */
export interface Backend {
  readonly info: BackendInfo;
  /** Resolves once, when the device is gone. Never rejects. */
  readonly lost: Promise<BackendLoss>;
  /** Fixed defaults for this adapter; what `saved`, a plan from anywhere, says of a call goes first where it can be played. */
  plan(program: Program, saved?: Plan): Plan;
  /**
   * True where every entry of a plan from outside is a choice that this backend could have made for the Program by itself.
   * An entry `PLAYER` (`shared-plan.ts`) only says which of several players is meant.
   */
  couldChoose(program: Program, plan: Plan): boolean;
  /** What plays a Program by that plan: `info`, but for a backend over several players, of which the plan names one. */
  describe(program: Program, plan: Plan): BackendInfo;
  /**
   * A plan for training, measured on this adapter where there is a choice; what was not measured is the cost model's. Throws
   * `ProgramRefusedError` before it measures anything.
   */
  tune(program: Program, options: TuneOptions): Promise<Plan>;
  /** Checks the Program against the limits and builds it; `progress` counts compiled kernels. Throws `ProgramRefusedError` with numbers. */
  create(program: Program, plan: Plan, progress?: (done: number, total: number) => void): Promise<Player>;
  dispose(): void;
}
