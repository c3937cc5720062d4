/**
 * The backends of a worker by the wish they were opened for. Each is opened once and stays, because the run on the page and
 * the one put aside keep theirs when the user wishes for another. The loss of one device is taken for the loss of all: a
 * GPU process that dies takes every device with it.
 */
import type { Backend, BackendWish } from "../core/backend.ts";
import type { Fault } from "../core/errors.ts";

/** A backend, or none with the reasons. */
export interface OpenedBackend {
  readonly backend: Backend | undefined;
  readonly faults: readonly Fault[];
}

/** Opens what is wished for; undefined only where WebGPU was wished for and cannot be had. */
export type OpenBackend = (wish: BackendWish) => Promise<OpenedBackend>;

/** A backend that computes, and why it is not the one that was wished for. */
type Answer = OpenedBackend & { readonly backend: Backend };

/** See the file's header. */
export class OpenedBackends {
  readonly #open: OpenBackend;
  readonly #answers = new Map<BackendWish, Answer>();

  constructor(open: OpenBackend) {
    this.#open = open;
  }

  /** What was opened for a wish, opened now if it was not; the fast CPU player with the reasons where it cannot be had. */
  async get(wish: BackendWish): Promise<Answer> {
    const known = this.#answers.get(wish);
    if (known) return known;
    const { backend, faults } = await this.#open(wish);
    const answer = { backend: backend ?? (await this.#openCpu()), faults };
    this.#answers.set(wish, answer);
    return answer;
  }

  /** After a loss: a new device for a wish, undefined where there is none now. Others are opened when they are asked for. */
  async reopen(wish: BackendWish): Promise<Backend | undefined> {
    for (const [lost, { backend }] of this.#answers) {
      if (backend.info.kind !== "webgpu") continue;
      this.#answers.delete(lost);
      backend.dispose();
    }
    const { backend, faults } = await this.#open(wish);
    if (backend?.info.kind === "webgpu") {
      this.#answers.set(wish, { backend, faults });
      return backend;
    }
    backend?.dispose();
    return undefined;
  }

  async #openCpu(): Promise<Backend> {
    const { backend } = await this.#open("wasm");
    if (!backend) throw new Error("the CPU player could not be opened");
    return backend;
  }
}
