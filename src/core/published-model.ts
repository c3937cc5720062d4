/**
 * A published model as a preset: the experiment that rebuilds it, variants of it to compare, and where it was published.
 * The list itself is data of the room `tasks`; its names are here because the page words them and links carry them.
 */
import type { Experiment } from "./experiment.ts";

/** Every published model, in the order of the cards. Also the name of its first variant. */
export type PublishedName =
  | "gru-regression"
  | "gru-binary"
  | "bare-gru"
  | "relu-gru"
  | "update-gate-only"
  | "deep-recurrence";

/** Every variant of every published model, by which the command line asks for it. */
export type VariantName =
  | PublishedName
  | "bare-gru-cross-entropy"
  | "relu-gru-full-batch"
  | "relu-gru-clipped"
  | "relu-gru-decayed"
  | "relu-gru-weight-decay"
  | "relu-gru-identity"
  | "relu-gru-uniform"
  | "relu-gru-remembering"
  | "lstm-instead"
  | "rnn-instead";

/** One way to train a published model. */
export interface PublishedVariant {
  readonly name: VariantName;
  readonly experiment: Experiment;
  /** Training steps after which the validation loss is at most 70 % of the best constant answer's (tested on the CPU). */
  readonly steps: number;
}

/** Where a model, a cell or a technique was published. */
export interface Publication {
  readonly title: string;
  readonly url: string;
}

/** A model with its variants; the first is the model as it was published. */
export interface PublishedModel {
  readonly name: PublishedName;
  readonly variants: readonly PublishedVariant[];
  readonly sources: readonly Publication[];
}
