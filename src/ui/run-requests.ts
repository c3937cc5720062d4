/**
 * Starts and file openings on their way to the worker. One is under way at a time; of those asked for meanwhile only the
 * last is kept, so a hundred clicks on reset make one run. An experiment on own data first gets its file from the user.
 */
import type { Fault } from "../core/errors.ts";
import type { Experiment } from "../core/experiment.ts";
import type { SharedPlan } from "../core/shared-plan.ts";
import type { Command, OwnFileBytes } from "../worker/protocol.ts";
import type { AppState, PageEvent } from "./app-state.ts";
import type { NoticeKey } from "./notices.ts";
import type { OwnFiles } from "./own-files.ts";

type RunRequest = { readonly notice: NoticeKey | null } & (
  | {
      readonly kind: "start";
      readonly experiment: Experiment;
      readonly autoplay: boolean;
      readonly plan: SharedPlan | null;
    }
  | { readonly kind: "open"; readonly file: ArrayBuffer; readonly own: OwnFileBytes | null }
);

/** What may come with a start: what to tell once it stands, and the plan it should have. */
export interface StartDetails {
  readonly notice?: NoticeKey;
  readonly plan?: SharedPlan | null;
}

/** What this needs of the session. */
export interface RunRequestParts {
  readonly get: () => AppState;
  readonly dispatch: (event: PageEvent) => void;
  readonly send: (command: Command) => void;
  readonly ownFiles: OwnFiles;
}

/** Asks for runs. */
export interface RunRequests {
  /** A run from step 0, by `plan` where it can be; what is training now is put aside once the new run stands. */
  readonly start: (experiment: Experiment, autoplay: boolean, told?: StartDetails) => void;
  /** A saved run, with the user's data file where it is at hand. */
  readonly openRun: (file: ArrayBuffer, own: OwnFileBytes | null, notice: NoticeKey) => void;
  /** The worker has built a run: the data file that came with a saved one is now known by its hash. */
  readonly stands: (experiment: Experiment) => void;
  /** The worker refused what is under way; a saved run that misses its data file is asked for again with it. */
  readonly refused: (fault: Fault) => void;
  /** To be called when an answer has come: sends what was asked for last meanwhile. */
  readonly sendQueued: () => void;
  /** Forgets everything that was asked for: a new worker knows nothing of it. */
  readonly forget: () => void;
}

/** Starts with nothing under way. */
export function createRunRequests({ get, dispatch, send, ownFiles }: RunRequestParts): RunRequests {
  let nextRunId = 1;
  let queued: RunRequest | null = null;
  let underWay: RunRequest | null = null;

  const request = (run: RunRequest) => {
    if (get().engine.phase !== "ready") return;
    if (get().pending) {
      queued = run;
      return;
    }
    if (run.kind === "open") {
      const runId = nextRunId++;
      underWay = run;
      dispatch({ type: "run-requested", pending: { runId, experiment: null, plan: null, notice: run.notice } });
      send({ type: "open-run", runId, file: run.file, own: run.own });
      return;
    }
    const { experiment, autoplay, plan, notice } = run;
    const own = ownFiles.bytesFor(experiment.task);
    if (own === null && "file" in experiment.task) {
      ownFiles.askFor(experiment.task.file, () => request(run));
      return;
    }
    const runId = nextRunId++;
    underWay = run;
    dispatch({ type: "run-requested", pending: { runId, experiment, plan, notice } });
    send({ type: "start", runId, experiment, own, plan, autoplay });
  };

  return {
    start: (experiment, autoplay, { notice = null, plan = null } = {}) => {
      request({ kind: "start", experiment, autoplay, notice, plan });
    },
    openRun: (file, own, notice) => request({ kind: "open", file, own, notice }),
    stands({ task }) {
      if (underWay?.kind === "open" && underWay.own && "file" in task) {
        ownFiles.remember(task.file.sha256, underWay.own);
      }
      underWay = null;
    },
    forget() {
      queued = null;
      underWay = null;
    },
    refused(fault) {
      const run = underWay;
      underWay = null;
      if (fault.code !== "data-missing" || run?.kind !== "open") return;
      const { name, bytes, sha256 } = fault.details;
      if (typeof name !== "string" || typeof bytes !== "number" || typeof sha256 !== "string") return;
      const again = () => request({ ...run, own: ownFiles.find(sha256) });
      if (ownFiles.find(sha256)) again();
      else ownFiles.askFor({ name, bytes, sha256 }, again);
    },
    sendQueued() {
      if (get().pending || !queued) return;
      const run = queued;
      queued = null;
      request(run);
    },
  };
}
