/**
 * The one road between page and engine: commands down, events up, both discriminated unions. Arrays are transferred,
 * not copied. Every event of a run carries its `runId`, so that messages of an old run can be dropped; at most one
 * snapshot is in flight, the page acknowledges it. `decode.ts` checks both ends.
 */
import type { BackendInfo, BackendWish } from "../core/backend.ts";
import type { Fault } from "../core/errors.ts";
import type { Experiment, LiveField, TaskName } from "../core/experiment.ts";
import type { Plan } from "../core/program.ts";
import type { PublishedModel } from "../core/published-model.ts";
import type { LiveChange, PruningReport } from "../core/run-record.ts";
import type { SharedPlan } from "../core/shared-plan.ts";
import type { StepProfile } from "../core/step-profile.ts";
import type { DataSource, Thumbnail } from "../core/task.ts";
import type { DatasetSummary, FoundAnswer, LayerSummary, SnapshotPart, TaskResult } from "./summaries.ts";

/** A file of the user's, as bytes; its content never leaves the machine. */
export interface OwnFileBytes {
  readonly name: string;
  readonly bytes: ArrayBuffer;
}

/** Why a run is saved: `download` on the user's wish, `keep` for the browser's own database. */
export type SavePurpose = "download" | "keep";

/** What the gate views run over: a held-out example of the dataset, or symbols the user typed. */
export type ProbeWish =
  | { readonly kind: "choice"; readonly index: number }
  | { readonly kind: "text"; readonly text: string };

/** Page → worker. */
export type Command =
  /** First, and for another wish; answered by `hello` (or `fault`). The run on the page keeps its backend. `measured` by earlier visits, with the tuner's keys; null for fixed defaults. */
  | { readonly type: "open-backend"; readonly wish: BackendWish; readonly measured: Plan | null }
  /** Starts a run from step 0; the current run is put aside for `undo`. */
  | {
      readonly type: "start";
      readonly runId: number;
      readonly experiment: Experiment;
      readonly own: OwnFileBytes | null;
      /** To play by, where this device could have chosen it: of the link, or of the run that is started again. */
      readonly plan: SharedPlan | null;
      readonly autoplay: boolean;
    }
  /** Continues a saved run; `own` is the user's data file when the experiment names one. */
  | { readonly type: "open-run"; readonly runId: number; readonly file: ArrayBuffer; readonly own: OwnFileBytes | null }
  /** Brings back the run that the last `start` or `open-run` put aside, under its own runId. */
  | { readonly type: "undo" }
  | { readonly type: "play" }
  | { readonly type: "pause" }
  /** One training step, then pause. */
  | { readonly type: "step" }
  /** Pauses when that step is done; null clears. */
  | { readonly type: "stop-at"; readonly step: number | null }
  | { readonly type: "set-live"; readonly field: LiveField; readonly value: number | null }
  /** Answer to `not-finite` or `diverging`: back to the parameters of the best validation loss. */
  | { readonly type: "restore-best" }
  | { readonly type: "set-probe"; readonly probe: ProbeWish }
  /** Text tasks: what generation starts with and how bold it is; takes effect with the next sample. */
  | { readonly type: "set-generation"; readonly prefix: string; readonly temperature: number }
  /** Answered by `saved` with the same purpose: a file for the user, or the copy that survives a reload. */
  | { readonly type: "save"; readonly purpose: SavePurpose }
  /** Parses a file for preview; nothing is started. */
  | { readonly type: "inspect-file"; readonly task: "own-text" | "own-series"; readonly file: OwnFileBytes }
  /** The page hides or shows: a hidden page draws nothing, so no snapshots are made; `pause` also stops training. */
  | { readonly type: "set-visibility"; readonly hidden: boolean; readonly pause: boolean }
  /** The page has drawn the snapshot; the next may come. */
  | { readonly type: "acknowledge-snapshot" }
  /** Takes the CPU player for this and later runs; the current run goes on from its last good state. */
  | { readonly type: "use-cpu" }
  /** Ends the measurements before a run; it starts with what is known. */
  | { readonly type: "skip-tuning" }
  /** Times the operations of a training step, answered by `profiled`. */
  | { readonly type: "profile" }
  /** Compares every kernel with its twin on this adapter. */
  | { readonly type: "check-device" };

/** Why training goes on or stands still. */
export type PlayingReason = "user" | "stop-at" | "fault" | "hidden";

/** What computes a run, what that was opened for, and its plan as a link carries it. */
export interface Played {
  readonly shared: SharedPlan;
  readonly backend: BackendInfo;
  readonly wish: BackendWish;
}

/** Worker → page. */
export type Event =
  | {
      readonly type: "hello";
      readonly backend: BackendInfo;
      /** Why the wished or better backend was not had; empty when it was. */
      readonly faults: readonly Fault[];
      readonly tasks: readonly {
        readonly name: TaskName;
        readonly preset: Experiment | null;
        readonly sources: readonly DataSource[];
      }[];
      readonly models: readonly PublishedModel[];
      readonly operations: readonly { readonly name: string; readonly equation: string; readonly source: string }[];
    }
  | { readonly type: "task-card"; readonly task: TaskName; readonly thumbnail: Thumbnail }
  | { readonly type: "building"; readonly runId: number; readonly done: number; readonly total: number }
  /** Places of the model measured before step 0, and the operation that is next; `done` = `total` at the end. */
  | {
      readonly type: "tuning";
      readonly runId: number;
      readonly done: number;
      readonly total: number;
      readonly operation: string;
    }
  /** All that is known now, for the page to keep. */
  | { readonly type: "tuned"; readonly measured: Plan }
  /** Where the time of a training step goes. */
  | ({ readonly type: "profiled"; readonly runId: number; readonly step: number } & StepProfile)
  | ({
      readonly type: "started";
      readonly runId: number;
      readonly experiment: Experiment;
      readonly step: number;
      /** Passes over the training windows, as in `metrics`. */
      readonly epoch: number;
      readonly parameters: number;
      readonly layers: readonly LayerSummary[];
      readonly dataset: DatasetSummary;
      readonly plan: Plan;
      /** Of the run's tensors, and with all steps of a window kept; steps between checkpoints, null without any. */
      readonly memory: { readonly bytes: number; readonly wholeBytes: number; readonly checkpoint: number | null };
      /** True when a run was put aside that `undo` brings back. */
      readonly canUndo: boolean;
    } & Played)
  | { readonly type: "playing"; readonly runId: number; readonly playing: boolean; readonly reason: PlayingReason }
  /**
   * Consecutive steps first … first+count−1; arrays [count]. Loss is the one before the update of that step;
   * `clippedShare` is the share of the gradients that clipping by value cut off.
   */
  | {
      readonly type: "metrics";
      readonly runId: number;
      readonly first: number;
      readonly loss: Float32Array<ArrayBuffer>;
      readonly norm: Float32Array<ArrayBuffer>;
      readonly clipFactor: Float32Array<ArrayBuffer>;
      readonly clippedShare: Float32Array<ArrayBuffer>;
      readonly learningRate: Float32Array<ArrayBuffer>;
      readonly epoch: number;
      readonly stepsPerSecond: number;
      /** Rows · steps of the training batches per second. */
      readonly tokensPerSecond: number;
    }
  | {
      readonly type: "evaluation";
      readonly runId: number;
      readonly step: number;
      readonly validationLoss: number;
      readonly bestStep: number;
      readonly bestValidationLoss: number;
      /** Task metrics on the test windows with the latest and with the best parameters. */
      readonly latest: Readonly<Record<string, number>>;
      readonly best: Readonly<Record<string, number>>;
      readonly result: TaskResult;
    }
  /** Weights were set to 0; the evaluation of the pruned model comes beside it. */
  | { readonly type: "pruned"; readonly runId: number; readonly pruning: PruningReport }
  | {
      readonly type: "snapshot";
      readonly runId: number;
      /** Training steps done when the parameters were read. */
      readonly step: number;
      readonly probe: {
        readonly title: string;
        /** Steps shown. */
        readonly length: number;
        /** One label per step (symbol, date). */
        readonly labels: readonly string[];
        /** Feature inputs [length, D] in the user's units; empty for tokens. */
        readonly inputs: Float32Array<ArrayBuffer>;
        /** Head output [length, V]: in the user's units for values, probabilities otherwise; NaN where there is none. */
        readonly outputs: Float32Array<ArrayBuffer>;
        /** Target per step in the same form [length, V], or class ids [length]; empty where none is known. */
        readonly targets: Float32Array<ArrayBuffer>;
      };
      /** The parts of the model as `started` listed them. */
      readonly layers: readonly SnapshotPart[];
      /** The likeliest answers that a search found while nothing else was to do, likeliest first; empty otherwise. */
      readonly answers: readonly FoundAnswer[];
    }
  /** A piece of generated text; a sample ends with `done`. */
  | {
      readonly type: "generated";
      readonly runId: number;
      readonly step: number;
      readonly sample: number;
      readonly text: string;
      readonly done: boolean;
    }
  | {
      readonly type: "saved";
      readonly purpose: SavePurpose;
      readonly runId: number;
      readonly step: number;
      readonly fileName: string;
      readonly bytes: ArrayBuffer;
    }
  | {
      readonly type: "file-inspected";
      readonly task: "own-text" | "own-series";
      readonly reference: { readonly name: string; readonly bytes: number; readonly sha256: string };
      /** Columns with the details of the first `csv-invalid` cell, null where all are numbers; or counts of characters and symbols. */
      readonly preview:
        | { readonly kind: "text"; readonly characters: number; readonly symbols: number; readonly start: string }
        | {
            readonly kind: "series";
            readonly rows: number;
            readonly columns: readonly { readonly name: string; readonly refusal: Fault["details"] | null }[];
            readonly head: readonly (readonly string[])[];
          };
    }
  /** Device lost: `recovering`, then `recovered` with the step it goes on from, or a `fault`. */
  | { readonly type: "recovering"; readonly runId: number; readonly attempt: number }
  | ({ readonly type: "recovered"; readonly runId: number; readonly step: number } & Played)
  | ({ readonly type: "live-changed"; readonly runId: number } & LiveChange)
  | { readonly type: "device-checked"; readonly passed: number; readonly failed: number; readonly worst: string }
  | { readonly type: "fault"; readonly runId: number | null; readonly step: number | null; readonly fault: Fault };

/** Sends an event to the page; buffers in `transfer` move there. */
export type Post = (event: Event, transfer?: Transferable[]) => void;
