/**
 * One run in the worker: drives it and tells the page. It knows when a picture is due and when a sample of text goes on,
 * but never why it plays or which command asked for what; that is the server's business. Every method may reject with
 * `BackendLostError`; the session then is of use only for `recovery`.
 */
import type { Backend, BackendWish, TuneOptions } from "../core/backend.ts";
import { BackendLostError, type Fault } from "../core/errors.ts";
import type { Experiment, LiveField } from "../core/experiment.ts";
import { type SharedPlan, sharePlan } from "../core/shared-plan.ts";
import type { Dataset } from "../core/task.ts";
import { createRun, type Run } from "../engine/run.ts";
import type { Evaluation, RunReport } from "../engine/run-report.ts";
import type { RunState } from "../engine/run-state.ts";
import { TASKS } from "../tasks/registry.ts";
import { describeDataset, describeLayers, describeResult, describeSnapshot } from "./describe.ts";
import { faultOf } from "./fault-of.ts";
import { breathe } from "./mailbox.ts";
import { readOwnData } from "./own-data.ts";
import { type ProbeInput, readProbe } from "./probe-input.ts";
import type { OwnFileBytes, Played, Post, ProbeWish } from "./protocol.ts";
import { Storyteller } from "./storyteller.ts";
import type { FoundAnswer } from "./summaries.ts";

/** What a session is opened from. */
export interface SessionParts {
  readonly runId: number;
  readonly experiment: Experiment;
  readonly own: OwnFileBytes | null;
  readonly backend: Backend;
  /** What the backend was opened for. */
  readonly wish: BackendWish;
  readonly post: Post;
  readonly now: () => number;
  /** State to go on from. */
  readonly state?: RunState;
  /** The plan that a new run should have. */
  readonly shared?: SharedPlan;
  /** How a new run is tuned; absent for fixed defaults. */
  readonly tune?: TuneOptions;
  /** The data, where it is loaded already. */
  readonly dataset?: Dataset;
}

/** Pictures are made at most this often, and so rarely that they take a tenth of the time. */
const SNAPSHOT_INTERVAL_MS = 150;
const SNAPSHOT_SHARE = 0.1;
/** Answers that a search follows side by side. */
const BEAM_WIDTH = 4;

/** Opens the data and the run. Throws what tasks, the engine and the backend refuse with; nothing is left open then. */
export async function openSession(parts: SessionParts): Promise<Session> {
  const { experiment, backend, runId, post, state } = parts;
  const task = TASKS[experiment.task.name];
  const dataset = parts.dataset ?? (await task.load(experiment, await readOwnData(experiment.task, parts.own)));
  const tellRefused = (reason: string) => {
    post({ type: "fault", runId: null, step: null, fault: { code: "plan-refused", details: { reason } } });
  };
  const run = await createRun(experiment, dataset, backend, {
    now: parts.now,
    score: (scored) => task.score(dataset, scored),
    scoredSteps: task.scoredSteps,
    progress: (done, total) => post({ type: "building", runId, done, total }),
    breathe,
    // A run that goes on keeps its plan, because other sums would be other bits.
    ...(state ? { state, plan: state.plan } : {}),
    ...(parts.shared ? { shared: { plan: parts.shared, refused: tellRefused } } : {}),
    ...(parts.tune ? { tune: parts.tune } : {}),
  });
  return new Session(parts, dataset, run);
}

/** See the file's header; made by `openSession`. */
export class Session {
  readonly runId: number;
  readonly experiment: Experiment;
  readonly own: OwnFileBytes | null;
  readonly dataset: Dataset;
  readonly run: Run;
  readonly backend: Backend;
  readonly wish: BackendWish;
  readonly #post: Post;
  readonly #now: () => number;
  readonly #storyteller: Storyteller | null;
  #probe: ProbeInput | null;
  /** A picture is wanted even if no step was made since the last: another probe, another run. */
  #fresh = true;
  #shownStep = -1;
  /** The last picture was made at rest, with what a search found. */
  #searched = false;
  #awaitingPage = false;
  #nextSnapshotMs = 0;

  constructor(parts: SessionParts, dataset: Dataset, run: Run) {
    this.runId = parts.runId;
    this.experiment = parts.experiment;
    this.own = parts.own;
    this.dataset = dataset;
    this.run = run;
    this.backend = parts.backend;
    this.wish = parts.wish;
    this.#post = parts.post;
    this.#now = parts.now;
    this.#probe = dataset.probes.length > 0 ? readProbe(dataset, { kind: "choice", index: 0 }) : null;
    const { generator } = run;
    this.#storyteller = generator ? new Storyteller({ ...parts, generator, dataset }) : null;
  }

  /** What computes the run: of a backend over several players the one that its plan names. */
  get played(): Played {
    const { backend, wish, run } = this;
    const { program, plan } = run;
    return { backend: backend.describe(program, plan), wish, shared: sharePlan(backend, program, plan) };
  }

  /** Tells the page of the run, at its present step. */
  announce(canUndo: boolean): void {
    const { run, runId, experiment } = this;
    const layers = describeLayers(run);
    const dataset = describeDataset(this.dataset);
    const { step, epochs: epoch, plan, memory } = run;
    const { parameters } = run.model;
    const built = { parameters, layers, dataset, plan, memory, ...this.played };
    this.#post({ type: "started", runId, experiment, step, epoch, ...built, canUndo });
    for (const { field, value } of run.live) this.#post({ type: "live-changed", runId, step, field, value });
    for (const pruning of run.prunings) this.#post({ type: "pruned", runId, pruning });
  }

  /** Trains one chunk towards `until`; returns what stopped the run, if anything did. */
  async advance(until: number): Promise<Fault | null> {
    return this.#tell(await this.run.advance(until));
  }

  /** Waits for what is in flight, as before a pause; returns what stopped the run in it, which is said only this once. */
  async drain(): Promise<Fault | null> {
    return this.#tell(await this.run.drain());
  }

  /** Evaluates now, with nothing in flight: for a run that was opened and would show nothing until its next evaluation. */
  async evaluate(): Promise<void> {
    this.#tellEvaluation(await this.run.evaluate());
  }

  /** Tells where the time of a training step goes, with nothing in flight. */
  async profile(): Promise<void> {
    const { runId, run } = this;
    this.#post({ type: "profiled", runId, step: run.step, ...(await run.profile()) });
  }

  /** Back to the best parameters, from the step that is reached, with nothing in flight; the picture follows. */
  async restoreBest(): Promise<void> {
    await this.run.restoreBest();
    this.#fresh = true;
  }

  /** Throws `InputError` for a value out of range. */
  setLive(field: LiveField, value: number | null): void {
    const { step } = this.run.setLive(field, value);
    this.#post({ type: "live-changed", runId: this.runId, step, field, value });
  }

  /** Throws `probe-invalid` and keeps the probe as it was. */
  setProbe(wish: ProbeWish): void {
    this.#probe = readProbe(this.dataset, wish);
    this.#fresh = true;
  }

  /** Throws `probe-invalid` for a prefix that the data does not know. */
  setGeneration(prefix: string, temperature: number): void {
    this.#storyteller?.set(prefix, temperature);
  }

  /** The page has drawn the last picture. */
  acknowledge(): void {
    this.#awaitingPage = false;
  }

  /** Makes a picture of the gates if one is due. `resting` skips the interval: nothing else wants the device. */
  async show(resting: boolean): Promise<void> {
    // A picture made in passing lacks the answers that are only searched at rest.
    const unsearched = resting && this.run.beam !== null && !this.#searched;
    const due = this.#fresh || this.run.step !== this.#shownStep || unsearched;
    const began = this.#now();
    if (!this.#probe || this.#awaitingPage || !due || (!resting && began < this.#nextSnapshotMs)) return;
    const input = this.#probe;
    this.#fresh = false;
    this.#awaitingPage = true;
    try {
      await this.#draw(input, resting, began);
    } catch (error) {
      // Nothing was sent that the page could acknowledge, and a session that continues this one takes that over.
      this.#awaitingPage = false;
      this.#fresh = true;
      throw error;
    }
  }

  /** Makes a picture, begun at `began`, and sends it. */
  async #draw(input: ProbeInput, resting: boolean, began: number): Promise<void> {
    const { step, ...result } = await this.run.probe(input.sequence);
    const answers = resting ? await this.#search(input) : [];
    this.#searched = resting;
    this.#shownStep = step;
    const spent = this.#now() - began;
    this.#nextSnapshotMs = began + Math.max(SNAPSHOT_INTERVAL_MS, spent / SNAPSHOT_SHARE);
    const event = describeSnapshot(this.runId, step, { dataset: this.dataset, input, result, answers });
    this.#post(
      event,
      event.layers.flatMap(({ views }) => views.map(({ values }) => values.buffer)),
    );
  }

  /** The likeliest answers to a probe; none for a model that answers nothing. */
  async #search({ sequence }: ProbeInput): Promise<readonly FoundAnswer[]> {
    const { beam } = this.run;
    const { input } = this.dataset;
    if (!beam || input.kind !== "tokens" || !(sequence instanceof Uint32Array)) return [];
    const found = await beam.search(sequence, BEAM_WIDTH);
    return found.map(({ ids, logProbability }) => ({
      text: ids.map((id) => input.vocabulary[id] ?? "").join(""),
      probability: Math.exp(logProbability),
    }));
  }

  /** Lets the model write on, for tasks whose model can. */
  async narrate(): Promise<void> {
    await this.#storyteller?.tell(this.run.step);
  }

  /**
   * The whole state with nothing in flight, and what stopped the run on the way there. Never rejects: where the player
   * fails, the newest state on the host, and why, unless its device is gone: that is told by whoever needs it next.
   */
  async state(): Promise<{ readonly state: RunState; readonly fault: Fault | null }> {
    let fault: Fault | null = null;
    try {
      fault = await this.drain();
      return { state: await this.run.snapshot(), fault };
    } catch (error) {
      if (!(error instanceof BackendLostError)) fault ??= faultOf(error);
      return { state: this.run.recovery, fault };
    }
  }

  /** Takes over what the user had chosen to see in a session that this one continues. */
  inherit(earlier: Session): void {
    this.#probe = earlier.#probe;
    this.#awaitingPage = earlier.#awaitingPage;
    this.#storyteller?.inherit(earlier.#storyteller);
  }

  /** Frees the device's memory; `run.recovery` stays readable. */
  dispose(): void {
    this.run.dispose();
  }

  #tell(report: RunReport): Fault | null {
    const { runId, run } = this;
    const { B, T } = run.spec;
    for (const { count, ...block } of report.metrics) {
      if (count === 0) continue;
      const tokensPerSecond = block.stepsPerSecond * B * T;
      this.#post({ type: "metrics", runId, ...block, tokensPerSecond });
    }
    if (report.pruning) {
      this.#post({ type: "pruned", runId, pruning: report.pruning });
      this.#fresh = true; // other parameters at the same step
    }
    if (report.evaluation) this.#tellEvaluation(report.evaluation);
    if (report.fault?.code === "stopped-early") this.#fresh = true; // other parameters at the same step
    for (const fault of report.notices) this.#post({ type: "fault", runId, step: run.step, fault });
    return report.fault;
  }

  #tellEvaluation(evaluation: Evaluation): void {
    const { latestRows: _latest, bestRows: _best, ...numbers } = evaluation;
    const result = describeResult(evaluation, this.dataset, this.run.generator !== null);
    this.#post({ type: "evaluation", runId: this.runId, ...numbers, result });
  }
}
