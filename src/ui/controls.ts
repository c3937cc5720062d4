/**
 * What the user asks of the running training, as commands: transport, live fields, probe, generation, saving. An edit of
 * a live field changes the draft first, so that what is refused there never reaches the worker.
 */
import type { Experiment, LiveField, OptimizerChoice, OwnFileReference, TaskName } from "../core/experiment.ts";
import { FIELD_RANGES } from "../core/fields.ts";
import type { Command, ProbeWish } from "../worker/protocol.ts";
import { type AppState, type PageEvent, presetOf } from "./app-state.ts";
import {
  type EditOutcome,
  type FieldPlace,
  pathOf,
  showNumber,
  withLayerAdded,
  withLayerRemoved,
  withOptimizer,
  withValue,
} from "./edit-experiment.ts";
import { type ColumnTicks, ownSeriesExperiment, ownTextExperiment } from "./own-experiment.ts";

/** What this needs of the session. */
export interface ControlParts {
  readonly get: () => AppState;
  readonly dispatch: (event: PageEvent) => void;
  readonly send: (command: Command) => void;
  readonly start: (experiment: Experiment, autoplay: boolean) => void;
}

/** Controls of the page. */
export interface Controls {
  readonly togglePlay: () => void;
  readonly step: () => void;
  /** The shown run's experiment again from step 0, paused. */
  readonly reset: () => void;
  readonly undo: () => void;
  readonly stopAt: (step: number | null) => void;
  /** Starts the task's preset at once. */
  readonly startPreset: (task: TaskName) => void;
  /** Starts a character model of a text that the worker has inspected. */
  readonly startOwnText: (file: OwnFileReference) => void;
  /** Starts a forecast on a table that the worker has inspected. */
  readonly startOwnSeries: (file: OwnFileReference, ticks: ColumnTicks) => void;
  /** Starts what the panel shows; nothing happens while a number in it is refused. */
  readonly startDraft: () => void;
  /** Lets the panel show the running experiment again. */
  readonly discardDraft: () => void;
  readonly editNumber: (place: FieldPlace, text: string) => void;
  /** Replaces a choice (not a number) of the draft; `path` as in the schema. */
  readonly editValue: (path: string, value: string) => void;
  /** A copy of the last layer on top of it. */
  readonly addLayer: () => void;
  readonly removeLayer: (index: number) => void;
  readonly chooseOptimizer: (name: OptimizerChoice["name"]) => void;
  readonly setClipping: (on: boolean) => void;
  /** Answer to a run that went wrong: a tenth of the learning rate, and on. */
  readonly lowerRate: () => void;
  /** Another such answer: clipping at its default, and on. */
  readonly clipAndPlay: () => void;
  readonly restoreBest: () => void;
  readonly setProbe: (probe: ProbeWish) => void;
  readonly setGeneration: (prefix: string, temperature: number) => void;
  readonly save: () => void;
  /** Asks for the copy that survives a reload. */
  readonly keep: () => void;
  readonly useCpu: () => void;
  readonly checkDevice: () => void;
  readonly setVisibility: (hidden: boolean, pause: boolean) => void;
}

const LIVE_PATHS: Readonly<Record<string, LiveField>> = {
  [FIELD_RANGES.learningRate.path]: "learningRate",
  [FIELD_RANGES.clipNorm.path]: "clipNorm",
};

/** Controls over one session. */
export function createControls({ get, dispatch, send, start }: ControlParts): Controls {
  const tellLive = (field: LiveField, before: Experiment | null) => {
    const { draft, run } = get();
    const value = draft?.training[field];
    if (run && value !== undefined && value !== before?.training[field]) send({ type: "set-live", field, value });
  };
  const editNumber = (place: FieldPlace, text: string) => {
    const before = get().draft;
    dispatch({ type: "number-edited", place, text });
    const live = LIVE_PATHS[pathOf(place)];
    if (live) tellLive(live, before);
  };
  const editValue = (path: string, value: string | number | null) => {
    const { draft } = get();
    if (!draft) return;
    dispatch({ type: "edited", outcome: withValue(draft, path, value) });
    const live = LIVE_PATHS[path];
    if (live) tellLive(live, draft);
  };
  const startFresh = (experiment: Experiment | null) => {
    if (!experiment) return;
    dispatch({ type: "dialog-closed" });
    dispatch({ type: "draft-replaced", experiment });
    start(experiment, true);
  };
  const edit = (change: (draft: Experiment) => EditOutcome) => {
    const { draft } = get();
    if (draft) dispatch({ type: "edited", outcome: change(draft) });
  };
  return {
    togglePlay: () => send({ type: get().run?.playing ? "pause" : "play" }),
    step: () => send({ type: "step" }),
    reset() {
      const { run } = get();
      if (run) start(run.experiment, false);
    },
    undo() {
      if (get().canUndo) send({ type: "undo" });
    },
    stopAt(step) {
      dispatch({ type: "stop-at-chosen", step });
      send({ type: "stop-at", step });
    },
    startPreset: (task) => startFresh(presetOf(get(), task)),
    startOwnText: (file) => startFresh(ownTextExperiment(get(), file)),
    startOwnSeries: (file, ticks) => startFresh(ownSeriesExperiment(get(), file, ticks)),
    startDraft() {
      const { draft, refused } = get();
      if (draft && refused.size === 0) start(draft, true);
    },
    discardDraft() {
      const { run } = get();
      if (!run) return;
      const training = { ...run.experiment.training, ...run.live };
      dispatch({ type: "draft-replaced", experiment: { ...run.experiment, training } });
    },
    editNumber,
    editValue,
    addLayer: () => edit(withLayerAdded),
    removeLayer: (index) => edit((draft) => withLayerRemoved(draft, index)),
    chooseOptimizer: (name) => edit((draft) => withOptimizer(draft, name)),
    setClipping: (on) => editValue(FIELD_RANGES.clipNorm.path, on ? FIELD_RANGES.clipNorm.default : null),
    lowerRate() {
      const { run } = get();
      if (!run) return;
      editNumber({ field: "learningRate", layer: null }, showNumber(run.live.learningRate / 10));
      send({ type: "play" });
    },
    clipAndPlay() {
      editValue(FIELD_RANGES.clipNorm.path, FIELD_RANGES.clipNorm.default);
      send({ type: "play" });
    },
    restoreBest: () => send({ type: "restore-best" }),
    setProbe: (probe) => send({ type: "set-probe", probe }),
    setGeneration: (prefix, temperature) => send({ type: "set-generation", prefix, temperature }),
    save: () => send({ type: "save", purpose: "download" }),
    keep: () => send({ type: "save", purpose: "keep" }),
    useCpu: () => send({ type: "use-cpu" }),
    checkDevice() {
      dispatch({ type: "device-check-started" });
      send({ type: "check-device" });
    },
    setVisibility: (hidden, pause) => send({ type: "set-visibility", hidden, pause }),
  };
}
