/**
 * Keeps the run that is on the page, the one put aside for `undo`, and the backends under both. A new run replaces the
 * old one only once it stands, so whatever is refused leaves everything as it was. A lost device is replaced here.
 */
import type { Backend, BackendWish } from "../core/backend.ts";
import type { Fault } from "../core/errors.ts";
import type { Experiment } from "../core/experiment.ts";
import type { Plan } from "../core/program.ts";
import type { SharedPlan } from "../core/shared-plan.ts";
import type { Dataset } from "../core/task.ts";
import type { RunState } from "../engine/run-state.ts";
import { type OpenBackend, type OpenedBackend, OpenedBackends } from "./opened-backends.ts";
import type { OwnFileBytes, Post } from "./protocol.ts";
import { openSession, type Session } from "./session.ts";
import { Tuning } from "./tuning.ts";

/** What the keeper is given; tests bring their own. */
export interface KeeperParts {
  readonly post: Post;
  readonly openBackend: OpenBackend;
  /** Monotonic clock in milliseconds. */
  readonly now: () => number;
  readonly delay: (milliseconds: number) => Promise<void>;
}

/** What a run is opened from. */
export interface RunOrigin {
  readonly runId: number;
  readonly experiment: Experiment;
  readonly own: OwnFileBytes | null;
  readonly state?: RunState;
  /** The plan that a new run should have. */
  readonly shared?: SharedPlan;
  readonly dataset?: Dataset;
  /** Whose backend plays it; absent for that of new runs. */
  readonly wish?: BackendWish;
  /** What stopped the run on its way aside; told when it comes back, for it is found only once. */
  readonly found?: { readonly step: number; readonly fault: Fault };
}

/** Waits before each attempt at a new device; one that is lost again at once is not asked for ever. */
const RECOVERY_DELAYS_MS = [0, 1000, 4000] as const;

/** See the file's header. */
export class RunKeeper {
  readonly #parts: KeeperParts;
  readonly #backends: OpenedBackends;
  /** Of runs that are started or opened from now on; a run stays with the backend that it was opened on. */
  #wish: BackendWish | null = null;
  #session: Session | null = null;
  #aside: RunOrigin | null = null;
  /** Null where the page asked for fixed defaults. */
  #tuning: Tuning | null = null;

  constructor(parts: KeeperParts) {
    this.#parts = parts;
    this.#backends = new OpenedBackends(parts.openBackend);
  }

  get session(): Session | null {
    return this.#session;
  }

  /** The backend of new runs; null before one was opened. */
  async backend(): Promise<Backend | null> {
    return this.#wish && (await this.#backends.get(this.#wish)).backend;
  }

  /** What runs from now on are tuned with: what the page remembers, or null for fixed defaults. */
  setMeasured(measured: Plan | null): void {
    this.#tuning = measured && new Tuning(this.#parts, measured);
  }

  /** Ends a measurement under way; callable at any time. */
  skipTuning(): void {
    this.#tuning?.skip();
  }

  /** Opens the backend that new runs are to have, or the CPU player with the reasons. The run on the page keeps its own. */
  async open(wish: BackendWish): Promise<OpenedBackend & { readonly backend: Backend }> {
    const opened = await this.#backends.get(wish);
    this.#wish = wish;
    return opened;
  }

  /**
   * Opens a run beside the current one, which is then put aside; one that never trained is let go instead while another
   * is aside, so that a second reset does not cost the run before the first. Throws what the opening refuses with.
   */
  async replace(origin: RunOrigin): Promise<Session> {
    const session = await this.#build(origin);
    try {
      await this.#leave(origin);
    } catch (error) {
      session.dispose();
      throw error;
    }
    this.#session = session;
    session.announce(this.#aside !== null);
    if (origin.found) this.#parts.post({ type: "fault", runId: session.runId, ...origin.found });
    return session;
  }

  /** Lets go of the current run, for one that was built from `origin`. */
  async #leave(origin: RunOrigin): Promise<void> {
    const earlier = this.#session;
    const untrained = earlier?.run.step === 0 && this.#aside !== null && this.#aside !== origin;
    if (untrained) earlier.dispose();
    else if (earlier) this.#aside = await putAside(earlier);
  }

  /** Exchanges the current run and the one put aside; null when there is none. */
  async undo(): Promise<Session | null> {
    return this.#aside ? this.replace(this.#aside) : null;
  }

  /**
   * After the device was lost: a new adapter each time, then the run from its last state on the host. False, with a
   * fault posted, when none could be had; the run then rests, and its state can still be saved or moved to the CPU.
   */
  async recover(): Promise<boolean> {
    const { post, delay } = this.#parts;
    const session = this.#session;
    const runId = session?.runId ?? null;
    const lost = session?.backend.info.kind === "webgpu" ? session.wish : null;
    for (const [attempt, waitMs] of RECOVERY_DELAYS_MS.entries()) {
      if (runId !== null) post({ type: "recovering", runId, attempt: attempt + 1 });
      await delay(waitMs);
      if (!(await this.#backends.reopen(lost ?? this.#requireWish()))) continue;
      try {
        if (lost) await this.#moveTo(lost);
      } catch {
        continue; // lost again while the run was being built
      }
      this.#tellRecovered();
      return true;
    }
    const details = { attempts: RECOVERY_DELAYS_MS.length };
    post({
      type: "fault",
      runId,
      step: this.#session?.run.step ?? null,
      fault: { code: "device-lost-again", details },
    });
    return false;
  }

  /** Goes on with the fast CPU player, from the newest state on the host; new runs take it, too. */
  async moveToCpu(): Promise<void> {
    await this.open("wasm");
    await this.#moveTo("wasm");
    this.#tellRecovered();
  }

  #tellRecovered(): void {
    const session = this.#session;
    if (!session) return;
    const { runId, run, played } = session;
    this.#parts.post({ type: "recovered", runId, step: run.step, ...played });
  }

  /** Rebuilds the current run on the backend of a wish, then lets go of the old one. */
  async #moveTo(wish: BackendWish): Promise<void> {
    const earlier = this.#session;
    if (!earlier) return;
    const { runId, experiment, own, dataset, run } = earlier;
    this.#session = await this.#build({ runId, experiment, own, dataset, state: run.recovery, wish });
    this.#session.inherit(earlier);
    earlier.dispose();
  }

  #requireWish(): BackendWish {
    if (this.#wish === null) throw new Error("a run was asked for before a backend was open");
    return this.#wish;
  }

  async #build(origin: RunOrigin): Promise<Session> {
    const wish = origin.wish ?? this.#requireWish();
    const { backend } = await this.#backends.get(wish);
    const { post, now } = this.#parts;
    const tune = this.#tuning?.optionsFor(origin.runId);
    // Without measurements the fixed defaults are wished for, whatever a link says.
    const { shared, ...rest } = origin;
    const brought = shared && tune ? { shared } : {};
    return openSession({ ...rest, ...brought, wish, backend, post, now, ...(tune ? { tune } : {}) });
  }
}

/** The whole state on the host, device memory freed. A player that fails leaves the state of its last reading. */
async function putAside(session: Session): Promise<RunOrigin> {
  const { runId, experiment, own, dataset, run, wish } = session;
  const { state, fault } = await session.state();
  run.dispose();
  const found = fault && { step: state.step, fault };
  return { runId, experiment, own, dataset, state, wish, ...(found ? { found } : {}) };
}
