/**
 * The one interface between the engine and whatever computes. The engine is given a Backend and never asks which one.
 * All promises settle, also when a device is lost: they then reject with `BackendLostError`.
 */
import type { Numbers } from "./operation.ts";
import type { PhaseName, Plan, Program } from "./program.ts";

/** What the user sees of a backend. */
export interface BackendInfo {
  readonly kind: "webgpu" | "cpu";
  /** Human name of the adapter, or of the CPU player. */
  readonly adapter: string;
  /** True when the adapter is a software renderer: works, but slowly. */
  readonly software: boolean;
  /** Limits that a refused experiment quotes, in bytes or counts. */
  readonly limits: { readonly maxBufferBytes: number; readonly maxBindingBytes: number };
}

/** Why a device went away. `destroyed` is our own doing and never reported. */
export interface BackendLoss {
  readonly reason: "destroyed" | "unknown";
  readonly message: string;
}

/** One Program made playable: buffers, pipelines, bind groups. */
export interface Player {
  /** Enqueues a copy of `data` into a tensor at `offset` (elements). Ordered with the plays around it. */
  write(tensor: string, data: Float32Array | Uint32Array, offset?: number): void;
  /** Enqueues a phase. `scalars` holds every run-time scalar that its operations name. Does not wait. */
  play(phase: PhaseName, scalars: Numbers): void;
  /** Sends what was enqueued. Plays between two submits share one. `read` and `settle` submit by themselves. */
  submit(): void;
  /** Copies `length` elements from `offset` once everything enqueued before has run. Several reads may be in flight. */
  read(tensor: string, offset?: number, length?: number): Promise<Float32Array | Uint32Array>;
  /** Resolves when everything enqueued has run. */
  settle(): Promise<void>;
  /** Counts since creation, for the CLI and for the test that a step uploads nothing but ids and scalars. */
  readonly counts: {
    readonly plays: number;
    readonly submits: number;
    readonly dispatches: Readonly<Record<string, number>>;
  };
  /** Mirrors creation. Idempotent. */
  dispose(): void;
}

/** Opens players. */
export interface Backend {
  readonly info: BackendInfo;
  /** Resolves once, when the device is gone. Never rejects. */
  readonly lost: Promise<BackendLoss>;
  /** Fixed defaults for this adapter. */
  plan(program: Program): Plan;
  /** Checks the Program against the limits and builds it; `progress` counts compiled kernels. Throws `ProgramRefusedError` with numbers. */
  create(program: Program, plan: Plan, progress?: (done: number, total: number) => void): Promise<Player>;
  dispose(): void;
}
