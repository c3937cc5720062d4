/**
 * The run on the page, as the worker tells it: newest numbers only. Curves live in `series.ts`, outside React; pictures
 * (`snapshot`) are kept by reference and drawn once. Events of any other run are dropped here, by `runId`.
 */
import type { BackendInfo, BackendWish } from "../core/backend.ts";
import type { Experiment, LiveField } from "../core/experiment.ts";
import type { PruningReport } from "../core/run-record.ts";
import type { SharedPlan } from "../core/shared-plan.ts";
import type { Event, ProbeWish } from "../worker/protocol.ts";
import type { DatasetSummary, LayerSummary } from "../worker/summaries.ts";

type EventOf<Type extends Event["type"]> = Extract<Event, { readonly type: Type }>;

/** Validation loss and task metrics of the last evaluation. */
export type Evaluation = EventOf<"evaluation">;
/** Gates over the probe sequence. */
export type Snapshot = EventOf<"snapshot">;

/** Where the time of a training step goes. */
export type Profile = EventOf<"profiled">;

/** One generated sample; `done` once it is complete. */
export interface GeneratedSample {
  readonly sample: number;
  readonly step: number;
  readonly text: string;
  readonly done: boolean;
}

/** How text is generated: what it starts with, and how bold it is. */
export interface Generation {
  readonly prefix: string;
  readonly temperature: number;
}

/** Everything the page shows of a run but its curves. */
export interface RunState {
  readonly runId: number;
  /** As it was started; values changed while it runs are in `live`. */
  readonly experiment: Experiment;
  readonly parameters: number;
  readonly layers: readonly LayerSummary[];
  readonly dataset: DatasetSummary;
  readonly memory: EventOf<"started">["memory"];
  /** What computes it, and what that was opened for. */
  readonly backend: BackendInfo;
  readonly wish: BackendWish;
  /** Its plan as a link carries it. */
  readonly shared: SharedPlan;
  /** Training steps done. */
  readonly step: number;
  readonly epoch: number;
  /** Training loss before the update of the last step; null until the first step is done. */
  readonly loss: number | null;
  readonly stepsPerSecond: number;
  readonly tokensPerSecond: number;
  readonly playing: boolean;
  /** Attempt number while a lost device is being replaced, else null. */
  readonly recovering: number | null;
  readonly stopAt: number | null;
  readonly live: Pick<Experiment["training"], LiveField>;
  /** True for a run from a file or an undo, whose live changes the panel has yet to learn. */
  readonly followsLive: boolean;
  readonly evaluation: Evaluation | null;
  /** By rising step. */
  readonly prunings: readonly PruningReport[];
  readonly snapshot: Snapshot | null;
  /** The last one that was asked for. */
  readonly profile: Profile | null;
  /** What the gates are shown on. */
  readonly probe: ProbeWish;
  readonly generation: Generation;
  /** Newest last. */
  readonly generated: readonly GeneratedSample[];
}

/** True where what the model predicts could enter it again: it writes, and exp(loss) is how many symbols it hesitates between. */
export function writesSymbols({ vocabulary, labels }: DatasetSummary): boolean {
  return vocabulary.length > 0 && vocabulary.length === labels.length;
}

/** Samples kept for the text view; older ones scroll away. */
const GENERATED_LIMIT = 12;

/** The state of a run that has just been built or brought back. */
export function openedRun(event: EventOf<"started">, followsLive: boolean): RunState {
  const { learningRate, clipNorm, clipValue } = event.experiment.training;
  return {
    runId: event.runId,
    experiment: event.experiment,
    parameters: event.parameters,
    layers: event.layers,
    dataset: event.dataset,
    memory: event.memory,
    backend: event.backend,
    wish: event.wish,
    shared: event.shared,
    step: event.step,
    epoch: event.epoch,
    loss: null,
    stepsPerSecond: 0,
    tokensPerSecond: 0,
    playing: false,
    recovering: null,
    stopAt: null,
    live: { learningRate, clipNorm, clipValue },
    followsLive,
    evaluation: null,
    prunings: [],
    snapshot: null,
    profile: null,
    probe: { kind: "choice", index: 0 },
    generation: { prefix: "", temperature: 1 },
    generated: [],
  };
}

function withGenerated(run: RunState, event: EventOf<"generated">): RunState {
  const { sample, step, text, done } = event;
  const earlier = run.generated.filter((other) => other.sample !== sample);
  const before = run.generated.find((other) => other.sample === sample)?.text ?? "";
  return { ...run, generated: [...earlier, { sample, step, text: before + text, done }].slice(-GENERATED_LIMIT) };
}

/** Takes one event of the worker into the run it belongs to; any other run's event leaves it as it is. */
export function reduceRun(run: RunState, event: Event): RunState {
  if (!("runId" in event) || event.runId !== run.runId) return run;
  switch (event.type) {
    case "playing":
      return { ...run, playing: event.playing, stopAt: event.reason === "stop-at" ? null : run.stopAt };
    case "metrics":
      return {
        ...run,
        step: event.first + event.loss.length,
        epoch: event.epoch,
        loss: event.loss.at(-1) ?? run.loss,
        stepsPerSecond: event.stepsPerSecond,
        tokensPerSecond: event.tokensPerSecond,
      };
    case "evaluation":
      return { ...run, evaluation: event };
    case "pruned": {
      // After the loss of a device a pruning is made, and told, once more.
      const earlier = run.prunings.filter(({ step }) => step < event.pruning.step);
      return { ...run, prunings: [...earlier, event.pruning] };
    }
    case "snapshot":
      return { ...run, snapshot: event };
    case "profiled":
      return { ...run, profile: event };
    case "generated":
      return withGenerated(run, event);
    case "recovering":
      return { ...run, recovering: event.attempt };
    case "recovered": {
      const { step, backend, wish, shared } = event;
      return { ...run, recovering: null, step, backend, wish, shared };
    }
    case "live-changed":
      return event.field === "learningRate"
        ? { ...run, live: { ...run.live, learningRate: event.value ?? run.live.learningRate } }
        : { ...run, live: { ...run.live, [event.field]: event.value } };
    case "fault":
      return { ...run, recovering: null };
    case "building":
    case "tuning":
    case "started":
    case "saved":
      return run;
    default:
      return event satisfies never;
  }
}
