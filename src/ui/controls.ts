/** What the user asks of the run that is shown, as commands: transport, probe, generation, saving, device. */
import type { Experiment } from "../core/experiment.ts";
import type { Command, ProbeWish } from "../worker/protocol.ts";
import { type AppState, currentExperiment, type PageEvent } from "./app-state.ts";
import type { StartDetails } from "./run-requests.ts";
import type { Generation } from "./run-state.ts";

/** What controls need of the session. */
export interface ControlParts {
  readonly get: () => AppState;
  readonly dispatch: (event: PageEvent) => void;
  readonly send: (command: Command) => void;
  readonly start: (experiment: Experiment, autoplay: boolean, told?: StartDetails) => void;
}

/** Controls of the run. */
export interface Controls {
  readonly togglePlay: () => void;
  readonly step: () => void;
  /** The shown run's experiment as it is now, or that of the run under way, again from step 0, paused. */
  readonly reset: () => void;
  readonly undo: () => void;
  readonly stopAt: (step: number | null) => void;
  readonly restoreBest: () => void;
  readonly setProbe: (probe: ProbeWish) => void;
  /** Shown at once; told to the worker only when the model knows every symbol of the prefix. */
  readonly setGeneration: (generation: Generation, known: boolean) => void;
  /** A file for the user. */
  readonly save: () => void;
  /** The copy that survives a reload. */
  readonly keep: () => void;
  readonly useCpu: () => void;
  readonly checkDevice: () => void;
  /** The run under way starts with what is known of this device. */
  readonly skipTuning: () => void;
  /** Times the operations of a training step. */
  readonly profile: () => void;
  readonly setVisibility: (hidden: boolean, pause: boolean) => void;
}

/** Controls over one session. */
export function createControls({ get, dispatch, send, start }: ControlParts): Controls {
  return {
    togglePlay: () => send({ type: get().run?.playing ? "pause" : "play" }),
    step: () => send({ type: "step" }),
    reset() {
      const { run, pending, wish } = get();
      if (pending?.experiment) start(pending.experiment, false, { plan: pending.plan });
      // The same plan again is the same bits again; another player has plans of its own.
      else if (run) start(currentExperiment(run), false, { plan: run.wish === wish ? run.shared : null });
    },
    undo() {
      if (get().canUndo) send({ type: "undo" });
    },
    stopAt(step) {
      dispatch({ type: "stop-at-chosen", step });
      send({ type: "stop-at", step });
    },
    restoreBest: () => send({ type: "restore-best" }),
    setProbe(probe) {
      dispatch({ type: "probe-chosen", probe });
      send({ type: "set-probe", probe });
    },
    setGeneration(generation, known) {
      dispatch({ type: "generation-chosen", generation });
      if (known) send({ type: "set-generation", ...generation });
    },
    save: () => send({ type: "save", purpose: "download" }),
    keep: () => send({ type: "save", purpose: "keep" }),
    useCpu: () => send({ type: "use-cpu" }),
    checkDevice() {
      dispatch({ type: "device-check-started" });
      send({ type: "check-device" });
    },
    skipTuning: () => send({ type: "skip-tuning" }),
    profile: () => send({ type: "profile" }),
    setVisibility: (hidden, pause) => send({ type: "set-visibility", hidden, pause }),
  };
}
