/**
 * Streams what a text model writes while it trains: sample after sample, a few symbols between two chunks of training.
 * Samples are numbered, and each is a function of seed, number, temperature and the parameters it met on its way.
 */
import type { Dataset } from "../core/task.ts";
import type { Generator } from "../engine/generation.ts";
import { openingOf, readSymbols } from "./probe-input.ts";
import type { Post } from "./protocol.ts";

/** What a storyteller needs. */
export interface StorytellerParts {
  readonly runId: number;
  readonly generator: Generator;
  readonly dataset: Dataset;
  readonly post: Post;
  readonly now: () => number;
}

/** Symbols of a sample of running text; words end by themselves or at the window's length. */
const TEXT_SYMBOLS = 240;
/** Time for symbols between two chunks of training. */
const BUDGET_MS = 12;
/** Two samples begin at least this far apart, so that a reader can follow. */
const SAMPLE_INTERVAL_MS = 700;

/** See the file's header. */
export class Storyteller {
  readonly #parts: StorytellerParts;
  readonly #opening: readonly number[];
  #prefix = "";
  #temperature = 1;
  #sample = 0;
  /** Symbols left of the sample; 0 between two samples. */
  #left = 0;
  #nextSampleMs = 0;

  constructor(parts: StorytellerParts) {
    this.#parts = parts;
    this.#opening = openingOf(parts.dataset);
  }

  /** Takes effect with the next sample, which begins at once. Throws `probe-invalid` for an unknown symbol. */
  set(prefix: string, temperature: number): void {
    readSymbols(this.#parts.dataset, prefix);
    this.#prefix = prefix;
    this.#temperature = temperature;
    this.#left = 0;
    this.#nextSampleMs = 0;
  }

  /** Goes on with the prefix, temperature and numbering of an earlier storyteller. */
  inherit(earlier: Storyteller | null): void {
    if (!earlier) return;
    this.#prefix = earlier.#prefix;
    this.#temperature = earlier.#temperature;
    this.#sample = earlier.#sample;
  }

  /** Writes for a few milliseconds and posts what was written. `step` is told beside it. */
  async tell(step: number): Promise<void> {
    const { now, post, runId, generator } = this.#parts;
    const began = now();
    let text = "";
    if (this.#left === 0) {
      if (began < this.#nextSampleMs) return;
      text = this.#begin(began);
    }
    while (this.#left > 0 && now() - began < BUDGET_MS) {
      const id = await generator.next(this.#temperature);
      this.#left--;
      if (id === this.#opening[0]) this.#left = 0;
      else text += this.#symbol(id);
    }
    const done = this.#left === 0;
    if (text !== "" || done) post({ type: "generated", runId, step, sample: this.#sample, text, done });
  }

  /** Starts the next sample; returns the text it starts with. */
  #begin(nowMs: number): string {
    const { dataset, generator } = this.#parts;
    const words = this.#opening.length > 0;
    const typed = readSymbols(dataset, this.#prefix);
    // Running text has no opening symbol; its most frequent one, id 0, stands for "somewhere in a text".
    const prefix = words || typed.length > 0 ? [...this.#opening, ...typed] : [0];
    generator.begin(++this.#sample, prefix);
    this.#left = words ? Math.max(1, dataset.length - typed.length) : TEXT_SYMBOLS;
    this.#nextSampleMs = nowMs + SAMPLE_INTERVAL_MS;
    return this.#prefix;
  }

  #symbol(id: number): string {
    const { input } = this.#parts.dataset;
    return input.kind === "tokens" ? (input.vocabulary[id] ?? "") : "";
  }
}
