/**
 * What the user does to the draft. An edit of a live field goes on to the worker, but only in the form in which the draft
 * took it: what is refused there never reaches the run.
 */
import type { Experiment, LiveField, OwnFileReference, TaskName } from "../core/experiment.ts";
import { FIELD_RANGES } from "../core/fields.ts";
import type { InitialisationChoice } from "../core/initialisation-choice.ts";
import type { LayerKind } from "../core/layer-choice.ts";
import type { OptimizerChoice } from "../core/optimizer-choice.ts";
import { currentExperiment, presetOf } from "./app-state.ts";
import type { ControlParts } from "./controls.ts";
import {
  type EditOutcome,
  type FieldPlace,
  pathOf,
  showNumber,
  withCell,
  withHead,
  withInitialisation,
  withLayerAdded,
  withLayerRemoved,
  withOptimizer,
  withValue,
} from "./edit-experiment.ts";
import { type ColumnTicks, ownSeriesExperiment, ownTextExperiment } from "./own-experiment.ts";

/** Controls of the experiment panel and of the dialogs that make experiments. */
export interface DraftControls {
  readonly editNumber: (place: FieldPlace, text: string) => void;
  /** Replaces what is no single number of the draft, if the schema agrees; `path` as there. */
  readonly editValue: (path: string, value: unknown) => void;
  /** A copy of the last layer on top of it. */
  readonly addLayer: () => void;
  readonly removeLayer: (index: number) => void;
  /** Makes a layer one of another kind; its width and what both kinds know stay. */
  readonly chooseCell: (index: number, kind: LayerKind) => void;
  readonly chooseHead: (head: Experiment["model"]["head"]) => void;
  readonly chooseOptimizer: (name: OptimizerChoice["name"]) => void;
  readonly chooseInitialisation: (change: Partial<InitialisationChoice>) => void;
  readonly setClipping: (on: boolean) => void;
  /** Answer to a run that went wrong: a tenth of the learning rate, and on from the best state. */
  readonly lowerRate: () => void;
  /** Another such answer: clipping at its default, and on from the best state. */
  readonly clipAndPlay: () => void;
  /** Starts what the panel shows; nothing happens while a number in it is refused. */
  readonly startDraft: () => void;
  /** Lets the panel show the running experiment again. */
  readonly discardDraft: () => void;
  /** Starts the task's preset at once. */
  readonly startPreset: (task: TaskName) => void;
  /** Starts an experiment at once, as it stands. */
  readonly startExperiment: (experiment: Experiment) => void;
  /** Starts a character model of a text that the worker has inspected. */
  readonly startOwnText: (file: OwnFileReference) => void;
  /** Starts a forecast on a table that the worker has inspected. */
  readonly startOwnSeries: (file: OwnFileReference, ticks: ColumnTicks) => void;
}

const CLIP = FIELD_RANGES.clipNorm;
const LIVE_PATHS: Readonly<Record<string, LiveField>> = {
  [FIELD_RANGES.learningRate.path]: "learningRate",
  [CLIP.path]: "clipNorm",
  [FIELD_RANGES.clipValue.path]: "clipValue",
};

/** Draft controls over one session. */
export function createDraftControls({ get, dispatch, send, start }: ControlParts): DraftControls {
  /** Makes a change and tells the worker if it was one of a live field. */
  const change = (path: string, make: () => void) => {
    const before = get().draft;
    make();
    const { draft, run } = get();
    const field = LIVE_PATHS[path];
    if (!field || !draft || !run || draft.training[field] === before?.training[field]) return;
    send({ type: "set-live", field, value: draft.training[field] });
  };
  const edit = (outcomeOf: (draft: Experiment) => EditOutcome) => {
    const { draft } = get();
    if (draft) dispatch({ type: "edited", outcome: outcomeOf(draft) });
  };
  const editNumber = (place: FieldPlace, text: string) =>
    change(pathOf(place), () => dispatch({ type: "number-edited", place, text }));
  const editValue = (path: string, value: unknown) =>
    change(path, () => edit((draft) => withValue(draft, path, value)));
  const startFresh = (experiment: Experiment | null) => {
    if (!experiment) return;
    dispatch({ type: "dialog-closed" });
    dispatch({ type: "draft-replaced", experiment });
    start(experiment, true);
  };
  // The last good parameters may be so large that nothing finite follows from them, whatever the rate: on from the best
  // ones, or, before an evaluation has chosen any, again from step 0.
  const trainOn = () => {
    const { run, draft } = get();
    if (!run || !draft) return;
    if (run.evaluation) {
      send({ type: "restore-best" });
      send({ type: "play" });
      return;
    }
    const { learningRate, clipNorm, clipValue } = draft.training;
    start({ ...run.experiment, training: { ...run.experiment.training, learningRate, clipNorm, clipValue } }, true);
  };
  return {
    editNumber,
    editValue,
    addLayer: () => edit(withLayerAdded),
    removeLayer: (index) => edit((draft) => withLayerRemoved(draft, index)),
    chooseCell: (index, kind) => edit((draft) => withCell(draft, index, kind)),
    chooseHead: (head) => edit((draft) => withHead(draft, head)),
    chooseOptimizer: (name) => edit((draft) => withOptimizer(draft, name)),
    chooseInitialisation: (change) => edit((draft) => withInitialisation(draft, change)),
    setClipping: (on) => editValue(CLIP.path, on ? CLIP.default : null),
    lowerRate() {
      const { run } = get();
      if (!run) return;
      editNumber({ field: "learningRate", layer: null }, showNumber(run.live.learningRate / 10));
      trainOn();
    },
    clipAndPlay() {
      editValue(CLIP.path, CLIP.default);
      trainOn();
    },
    startDraft() {
      const { draft, refused } = get();
      if (draft && refused.size === 0) start(draft, true);
    },
    discardDraft() {
      const { run } = get();
      if (run) dispatch({ type: "draft-replaced", experiment: currentExperiment(run) });
    },
    startPreset: (task) => startFresh(presetOf(get(), task)),
    startExperiment: startFresh,
    startOwnText: (file) => startFresh(ownTextExperiment(get(), file)),
    startOwnSeries: (file, ticks) => startFresh(ownSeriesExperiment(get(), file, ticks)),
  };
}
