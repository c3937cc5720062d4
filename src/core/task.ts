/**
 * The interface behind which every task lives: it turns an experiment (and perhaps a user's rows) into resident data,
 * and says how predictions are scored. Windows are consecutive rows, so a batch is a list of first rows and the engine
 * needs to know nothing about days, letters or symbols.
 */
import type { Experiment, TaskName } from "./experiment.ts";

/** Mean and standard deviation of one column, fitted on the training rows only. Value in units = scaled · deviation + mean. */
export interface Scaling {
  readonly mean: number;
  readonly deviation: number;
}

/** One column of a series: its name, its unit (empty when unknown) and its scaling. */
export interface Column {
  readonly name: string;
  readonly unit: string;
  readonly scaling: Scaling;
}

/** What enters the first layer at each step. Token ids are gathered, a one-hot tensor is never built. */
export type InputRows =
  | { readonly kind: "features"; readonly rows: Float32Array<ArrayBuffer>; readonly columns: readonly Column[] } // [R, D] scaled
  | {
      readonly kind: "tokens";
      readonly rows: Uint32Array<ArrayBuffer>; // [R]
      readonly vocabulary: readonly string[];
      /** Id of the symbol that opens every sequence and, as a target, closes it (words); null for running text. */
      readonly boundary: number | null;
    };

/** What the head is compared with at the same row. */
export type TargetRows =
  | { readonly kind: "values"; readonly rows: Float32Array<ArrayBuffer>; readonly columns: readonly Column[] } // [R, V] scaled, MSE
  | {
      readonly kind: "binary";
      readonly rows: Float32Array<ArrayBuffer>; // [R, V] 0 or 1, BCE
      readonly columns: readonly Column[];
      /** What 0 and 1 of the first column stand for: data, no sentences. */
      readonly labels: readonly [no: string, yes: string];
    }
  | { readonly kind: "shares"; readonly rows: Float32Array<ArrayBuffer>; readonly columns: readonly Column[] } // [R, V] sum to 1, CE
  | { readonly kind: "classes"; readonly rows: Uint32Array<ArrayBuffer>; readonly labels: readonly string[] }; // [R], CE

/** First rows of windows. Training and validation share the loss; `test` windows are scored by the task. */
export interface Windows {
  readonly train: Uint32Array<ArrayBuffer>;
  readonly validation: Uint32Array<ArrayBuffer>;
  readonly test: Uint32Array<ArrayBuffer>;
}

/** A held-out sequence that the user can pick as probe. `title` is a datum (a date, a word), not a sentence. */
export interface ProbeChoice {
  readonly title: string;
  readonly start: number;
  readonly length: number;
}

/** Everything a run needs, resident. R rows; rows past a sequence's end have mask 0. */
export interface Dataset {
  readonly task: TaskName;
  readonly input: InputRows;
  readonly target: TargetRows;
  readonly mask: Float32Array<ArrayBuffer>; // [R] 1 counts in the loss
  /**
   * 1 where a row is a step of its sequence [R]: states are carried over other rows as they were, and layers put out 0.
   * Left out where every row is a step, or where a net that looks back cannot tell.
   */
  readonly present?: Float32Array<ArrayBuffer>;
  /**
   * Where windows are pairs: their first rows, as many as this, are the source; the others are what the decoder reads, with
   * what it should say as their target. Needs `present`.
   */
  readonly sourceSteps?: number;
  /** Steps of every window (training, validation, test). */
  readonly length: number;
  readonly windows: Windows;
  /**
   * The training rows first … end − 1 that follow one another in time, so that a state may be carried from window to
   * window; absent where every window is a sequence of its own.
   */
  readonly stream?: { readonly first: number; readonly end: number };
  readonly probes: readonly ProbeChoice[];
  /** Steps the probe phase can hold. */
  readonly probeLength: number;
  /** Label of each row for axes (date, symbol), or null where the row number says it. */
  readonly rowLabels: readonly string[] | null;
  /** What a model without memory reaches, in the metrics of `score`. */
  readonly baseline: {
    readonly name: "same-as-today" | "bigram" | "chance" | "mean" | "base-rate" | "commonest";
    readonly metrics: Readonly<Record<string, number>>;
  };
  /** Facts the page must tell about the data, by i18n key with numbers, e.g. replaced symbols. */
  readonly notes: readonly { readonly key: string; readonly numbers: Readonly<Record<string, number>> }[];
}

/** A test window's prediction: the head's rows that were asked for, with the target rows of the same place. */
export interface ScoredRows {
  readonly logits: Float32Array; // [count, V]
  readonly rows: Uint32Array; // [count] data row of each prediction
}

/** Source and licence of the data a task ships. */
export interface DataSource {
  readonly title: string;
  readonly url: string;
  readonly licence: string;
  readonly about: string;
}

/** The user's own file, parsed by interop. */
export type OwnData =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "series"; readonly header: readonly string[]; readonly values: readonly Float64Array[] }; // one array per column

/** A small picture of a real sample for the task's card. */
export type Thumbnail =
  | { readonly kind: "line"; readonly values: Float32Array<ArrayBuffer> }
  | { readonly kind: "words"; readonly words: readonly string[] }
  /** Many columns over time, values [steps, columns]. */
  | { readonly kind: "map"; readonly values: Float32Array<ArrayBuffer>; readonly steps: number }
  | {
      readonly kind: "symbols";
      readonly ids: Uint32Array<ArrayBuffer>;
      readonly count: number;
    };

/** One file per task behind this interface. */
export interface TaskDefinition {
  readonly name: TaskName;
  /** Null for tasks on a user's own file. */
  readonly preset: Experiment | null;
  readonly sources: readonly DataSource[];
  /** Fixed head, where only one makes sense; null where the user may choose. */
  readonly head: "every" | "last" | null;
  /** Builds the resident data. Throws `InputError` with the numbers when the experiment or the file does not fit. */
  load(experiment: Experiment, own: OwnData | null): Promise<Dataset>;
  /** A real sample of the loaded data for the task's card. */
  thumbnail(dataset: Dataset): Thumbnail;
  /** Test metrics in the user's units (`mae`, `rmse`, `r2`, `accuracy`, `f1`, `auc`, `perplexity`, `bits`, `top5`, `divergence`), from predictions at every scored row. */
  score(dataset: Dataset, scored: ScoredRows): Readonly<Record<string, number>>;
  /** Test rows that are scored: "last" = only the last step of each test window, "every" = all unmasked steps. */
  readonly scoredSteps: "last" | "every";
}
