/**
 * Keeps the run that is on the page, the one put aside for `undo`, and the backend under both. A new run replaces the
 * old one only once it stands, so whatever is refused leaves everything as it was. A lost device is replaced here.
 */
import type { Backend } from "../core/backend.ts";
import type { Fault } from "../core/errors.ts";
import type { Experiment } from "../core/experiment.ts";
import type { Plan } from "../core/program.ts";
import type { Dataset } from "../core/task.ts";
import type { RunState } from "../engine/run-state.ts";
import type { BackendWish, OwnFileBytes, Post } from "./protocol.ts";
import { openSession, type Session } from "./session.ts";
import { Tuning } from "./tuning.ts";

/** What the keeper is given; tests bring their own. */
export interface KeeperParts {
  readonly post: Post;
  readonly openBackend: (wish: BackendWish) => Promise<OpenedBackend>;
  /** Monotonic clock in milliseconds. */
  readonly now: () => number;
  readonly delay: (milliseconds: number) => Promise<void>;
}

/** A backend, or none with the reasons. */
export interface OpenedBackend {
  readonly backend: Backend | undefined;
  readonly faults: readonly Fault[];
}

/** What a run is opened from, whatever the backend. */
export interface RunOrigin {
  readonly runId: number;
  readonly experiment: Experiment;
  readonly own: OwnFileBytes | null;
  readonly state?: RunState;
  readonly dataset?: Dataset;
}

/** Waits before each attempt at a new device; one that is lost again at once is not asked for ever. */
const RECOVERY_DELAYS_MS = [0, 1000, 4000] as const;

/** See the file's header. */
export class RunKeeper {
  readonly #parts: KeeperParts;
  #backend: Backend | null = null;
  #session: Session | null = null;
  #aside: RunOrigin | null = null;
  /** Null where the page asked for fixed defaults. */
  #tuning: Tuning | null = null;

  constructor(parts: KeeperParts) {
    this.#parts = parts;
  }

  get session(): Session | null {
    return this.#session;
  }

  get backend(): Backend | null {
    return this.#backend;
  }

  /** What runs from now on are tuned with: what the page remembers, or null for fixed defaults. */
  setMeasured(measured: Plan | null): void {
    this.#tuning = measured && new Tuning(this.#parts, measured);
  }

  /** Ends a measurement under way; callable at any time. */
  skipTuning(): void {
    this.#tuning?.skip();
  }

  /** Opens the backend that is wished for, or the CPU player with the reasons. A run that trains moves over. */
  async open(wish: BackendWish): Promise<{ readonly backend: Backend; readonly faults: readonly Fault[] }> {
    const opened = await this.#parts.openBackend(wish);
    const backend = opened.backend ?? (await this.#parts.openBackend("wasm")).backend;
    if (!backend) throw new Error("the CPU player could not be opened");
    await this.#moveTo(backend);
    return { backend, faults: opened.faults };
  }

  /**
   * Opens a run beside the current one, which is then put aside; one that never trained is let go instead while another
   * is aside, so that a second reset does not cost the run before the first. Throws what the opening refuses with.
   */
  async replace(origin: RunOrigin): Promise<Session> {
    const session = await this.#build(origin);
    const earlier = this.#session;
    const untrained = earlier?.run.step === 0 && this.#aside !== null && this.#aside !== origin;
    if (untrained) earlier.dispose();
    else if (earlier) this.#aside = await putAside(earlier);
    this.#session = session;
    session.announce(this.#aside !== null);
    return session;
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
    const { post, delay, openBackend } = this.#parts;
    const runId = this.#session?.runId ?? null;
    for (const [attempt, waitMs] of RECOVERY_DELAYS_MS.entries()) {
      if (runId !== null) post({ type: "recovering", runId, attempt: attempt + 1 });
      await delay(waitMs);
      const { backend } = await openBackend("webgpu");
      if (!backend) continue;
      try {
        await this.#moveTo(backend);
      } catch {
        backend.dispose(); // lost again while the run was being built
        continue;
      }
      this.#tellRecovered(backend);
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

  /** Goes on with the fast CPU player, from the newest state on the host. */
  async moveToCpu(): Promise<void> {
    const { backend } = await this.open("wasm");
    this.#tellRecovered(backend);
  }

  #tellRecovered(backend: Backend): void {
    const session = this.#session;
    if (!session) return;
    const { runId, run } = session;
    this.#parts.post({ type: "recovered", runId, step: run.step, backend: backend.info });
  }

  /** Rebuilds the current run on another backend, then lets go of the old one. */
  async #moveTo(backend: Backend): Promise<void> {
    const before = this.#backend;
    const earlier = this.#session;
    this.#backend = backend;
    if (earlier) {
      try {
        const { runId, experiment, own, dataset, run } = earlier;
        this.#session = await this.#build({ runId, experiment, own, dataset, state: run.recovery });
      } catch (error) {
        this.#backend = before;
        throw error;
      }
      this.#session.inherit(earlier);
      earlier.dispose();
    }
    before?.dispose();
  }

  async #build(origin: RunOrigin): Promise<Session> {
    const backend = this.#backend;
    if (!backend) throw new Error("a run was asked for before a backend was open");
    const { post, now } = this.#parts;
    const tune = this.#tuning?.optionsFor(origin.runId);
    return openSession({ ...origin, backend, post, now, ...(tune ? { tune } : {}) });
  }
}

/** The whole state on the host, device memory freed. A device that is gone leaves the state of its last reading. */
async function putAside(session: Session): Promise<RunOrigin> {
  const { runId, experiment, own, dataset, run } = session;
  const state = await session.state();
  run.dispose();
  return { runId, experiment, own, dataset, state };
}
