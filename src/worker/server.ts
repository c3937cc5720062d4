/**
 * The engine's end of the road. One loop takes commands in order and trains in between, so nothing runs beside anything
 * else. What a command throws becomes a `fault` event; the run it met goes on as before.
 */
import type { Backend } from "../core/backend.ts";
import { BackendLostError, type Fault } from "../core/errors.ts";
import type { TaskName } from "../core/experiment.ts";
import { decodeCheckpoint } from "../engine/checkpoint.ts";
import { readRunFile } from "../interop/run-file.ts";
import { describeOffer, drawSample, tasksWithSamples } from "./cards.ts";
import { endsTuning, runIdOf } from "./command-facts.ts";
import { faultOf } from "./fault-of.ts";
import { breathe, Mailbox } from "./mailbox.ts";
import { inspectFile } from "./own-data.ts";
import type { Command, Event, PlayingReason } from "./protocol.ts";
import { type KeeperParts, RunKeeper } from "./run-keeper.ts";
import { encodeSaved, findNotFinite } from "./saved-run.ts";
import type { Session } from "./session.ts";

/** What the server is given; tests bring their own. */
export interface ServerParts extends KeeperParts {
  /** Compares the kernels of a backend with their twins. */
  readonly checkDevice: (backend: Backend) => Promise<{ passed: number; failed: number; worst: string }>;
}

type CommandOf<Type extends Command["type"]> = Extract<Command, { readonly type: Type }>;

/** See the file's header. */
export class Server {
  readonly #parts: ServerParts;
  readonly #mailbox = new Mailbox();
  readonly #keeper: RunKeeper;
  #playing = false;
  #stopAt: number | null = null;
  #hidden = false;
  /** Playing was interrupted by hiding the page and comes back with it. */
  #resumesWhenShown = false;
  /** Tasks whose sample the page has not got yet; they wait for the first run, because loading words takes a while. */
  #cards: TaskName[] = [];
  #firstRunAnswered = false;
  /** No device was found in place of its own; asking for pictures would only search on, and keep commands waiting. */
  #stranded: Session | null = null;

  constructor(parts: ServerParts) {
    this.#parts = parts;
    this.#keeper = new RunKeeper(parts);
  }

  /** Takes a command; it is handled between two chunks of training. */
  receive(command: Command): void {
    // Nobody waits for the measurements of a run any more once another one is asked for.
    if (endsTuning(command)) this.#keeper.skipTuning();
    this.#mailbox.put(command);
  }

  /** Serves for as long as the worker lives. */
  async serve(): Promise<never> {
    for (;;) {
      const command = this.#mailbox.take();
      if (command) {
        await this.#attempt(() => this.#handle(command), "command", runIdOf(command));
        this.#firstRunAnswered ||= runIdOf(command) !== null;
      } else if (this.#playing) await this.#train();
      else await this.#rest();
      if (!command) await breathe();
    }
  }

  /**
   * Runs a piece of work; a lost device is replaced and the work done once more, everything else becomes a fault. Only
   * training that fails stops the training; a refused command leaves it playing.
   */
  async #attempt(work: () => Promise<void>, kind: "training" | "command", runId: number | null = null): Promise<void> {
    try {
      try {
        await work();
      } catch (error) {
        if (!(error instanceof BackendLostError)) throw error;
        if (await this.#keeper.recover()) await work();
        else {
          const { session } = this.#keeper;
          if (session?.backend.info.kind === "webgpu") this.#stranded = session;
          this.#setPlaying(false, "fault");
        }
      }
    } catch (error) {
      const about = runId ?? this.#keeper.session?.runId ?? null;
      if (kind === "training") this.#setPlaying(false, "fault");
      this.#post({ type: "fault", runId: about, step: null, fault: faultOf(error) });
    }
  }

  async #rest(): Promise<void> {
    const shows = !this.#hidden && this.#keeper.session !== this.#stranded;
    // Asked for anew each time: what replaces a lost device is another session.
    if (shows) await this.#attempt(async () => this.#keeper.session?.show(true), "command");
    if (!(await this.#drawCard())) await this.#mailbox.arrival();
  }

  /** One card; false when there is none to draw. */
  async #drawCard(): Promise<boolean> {
    const task = this.#firstRunAnswered ? this.#cards.shift() : undefined;
    if (!task) return false;
    // Its data may have to be fetched; nothing else stops where they cannot be had.
    await this.#attempt(async () => {
      const thumbnail = await drawSample(task);
      if (thumbnail) this.#post({ type: "task-card", task, thumbnail });
    }, "command");
    return true;
  }

  /** One chunk of training, then what the page sees of it: apart, because a fault is found once and a picture may fail. */
  async #train(): Promise<void> {
    await this.#attempt(() => this.#advance(), "training");
    if (this.#playing && !this.#hidden) await this.#attempt(() => this.#look(), "training");
    await this.#drawCard();
  }

  async #advance(): Promise<void> {
    const { session } = this.#keeper;
    if (!session) return;
    const until = this.#stopAt ?? Number.POSITIVE_INFINITY;
    const fault = session.run.step < until ? await session.advance(until) : null;
    if (fault) this.#stopFor(fault, session);
    else if (session.run.step >= until) {
      this.#stopAt = null;
      this.#setPlaying(false, "stop-at");
    }
  }

  async #look(): Promise<void> {
    const { session } = this.#keeper;
    await session?.show(false);
    await session?.narrate();
  }

  async #handle(command: Command): Promise<void> {
    const { session } = this.#keeper;
    switch (command.type) {
      case "open-backend":
        return this.#open(command);
      case "start":
        return this.#start(command);
      case "open-run":
        return this.#openRun(command);
      case "undo":
        return this.#undo();
      case "play":
        return this.#setPlaying(session !== null, "user");
      case "pause":
        return this.#pause("user");
      case "step":
        return this.#step();
      case "stop-at":
        this.#stopAt = command.step;
        return;
      case "set-live":
        return session?.setLive(command.field, command.value);
      case "restore-best":
        return this.#restoreBest();
      case "set-probe":
        return session?.setProbe(command.probe);
      case "set-generation":
        return session?.setGeneration(command.prefix, command.temperature);
      case "save":
        return this.#save(command);
      case "inspect-file":
        return this.#post(await inspectFile(command.task, command.file));
      case "set-visibility":
        return this.#setVisibility(command);
      case "acknowledge-snapshot":
        return session?.acknowledge();
      case "use-cpu":
        return this.#keeper.moveToCpu();
      case "skip-tuning":
        return; // done on arrival
      case "profile":
        return this.#profile();
      case "check-device":
        return this.#checkDevice();
      default:
        return command satisfies never;
    }
  }

  async #open({ wish, measured }: CommandOf<"open-backend">): Promise<void> {
    const first = (await this.#keeper.backend()) === null;
    this.#keeper.setMeasured(measured);
    const { backend, faults } = await this.#keeper.open(wish);
    this.#post({ type: "hello", backend: backend.info, faults, ...describeOffer() });
    if (first) this.#cards = [...tasksWithSamples()];
  }

  async #start({ runId, experiment, own, plan, autoplay }: CommandOf<"start">): Promise<void> {
    await this.#keeper.replace({ runId, experiment, own, ...(plan ? { shared: plan } : {}) });
    this.#stopAt = null;
    this.#setPlaying(autoplay, "user");
  }

  async #openRun({ runId, file, own }: CommandOf<"open-run">): Promise<void> {
    const state = decodeCheckpoint(readRunFile(file));
    const session = await this.#keeper.replace({ runId, experiment: state.experiment, own, state });
    const fault = findNotFinite(state, session.run.model);
    if (fault) this.#post({ type: "fault", runId, step: state.step, fault });
    await this.#settleIn();
  }

  async #undo(): Promise<void> {
    if (await this.#keeper.undo()) await this.#settleIn();
  }

  /** An opened run rests and shows its results at once, not at its next evaluation. */
  async #settleIn(): Promise<void> {
    this.#stopAt = null;
    this.#setPlaying(false, "user");
    // By itself: after a lost device the run must not be opened once more, which would put it aside for itself.
    await this.#attempt(async () => this.#keeper.session?.evaluate(), "command");
  }

  async #pause(reason: PlayingReason): Promise<void> {
    this.#setPlaying(false, reason);
    await this.#drain();
  }

  /** Waits for what is in flight; false where something in it stopped the run, which is then told. */
  async #drain(): Promise<boolean> {
    const { session } = this.#keeper;
    const fault = (await session?.drain()) ?? null;
    if (session && fault) this.#stopFor(fault, session);
    return fault === null;
  }

  async #step(): Promise<void> {
    const { session } = this.#keeper;
    if (!session || !(await this.#drain())) return;
    const target = session.run.step + 1;
    let fault: Fault | null = null;
    // After a pause an evaluation may still be due, and is then all that the first advance makes.
    while (fault === null && session.run.step < target) fault = await session.advance(target);
    if (fault) this.#stopFor(fault, session);
    else this.#setPlaying(false, "user");
  }

  async #profile(): Promise<void> {
    if (await this.#drain()) await this.#keeper.session?.profile();
  }

  /** What stopped the training of itself. */
  #stopFor(fault: Fault, { runId, run }: Session): void {
    this.#setPlaying(false, "fault");
    this.#post({ type: "fault", runId, step: run.step, fault });
  }

  async #restoreBest(): Promise<void> {
    const { session } = this.#keeper;
    if (!session?.run.best) return;
    await this.#drain();
    await session.restoreBest();
    this.#setPlaying(false, "user");
  }

  async #save({ purpose }: CommandOf<"save">): Promise<void> {
    const { session } = this.#keeper;
    if (!session) return;
    const { state, fault } = await session.state();
    if (fault) this.#stopFor(fault, session);
    const saved = encodeSaved(state, session.run.model);
    this.#post({ type: "saved", runId: session.runId, purpose, ...saved }, [saved.bytes]);
  }

  #setVisibility({ hidden, pause }: CommandOf<"set-visibility">): void {
    this.#hidden = hidden;
    if (hidden && pause && this.#playing) {
      this.#resumesWhenShown = true;
      this.#setPlaying(false, "hidden");
    } else if (!hidden && this.#resumesWhenShown) {
      this.#setPlaying(true, "hidden");
    }
  }

  async #checkDevice(): Promise<void> {
    const backend = await this.#keeper.backend();
    if (!backend) return;
    await this.#drain();
    this.#post({ type: "device-checked", ...(await this.#parts.checkDevice(backend)) });
  }

  #setPlaying(playing: boolean, reason: PlayingReason): void {
    const { session } = this.#keeper;
    if (!session) return;
    if (reason !== "hidden" || playing) this.#resumesWhenShown = false;
    this.#playing = playing;
    this.#post({ type: "playing", runId: session.runId, playing, reason });
  }

  #post(event: Event, transfer: Transferable[] = []): void {
    this.#parts.post(event, transfer);
  }
}
