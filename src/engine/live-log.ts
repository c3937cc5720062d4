/**
 * Learning rate and clipping over the steps of a run: the experiment's values, then every logged change. Because changes
 * are kept by step, a run that is computed again (lost device, saved file) takes them at the same steps.
 */
import { InputError } from "../core/errors.ts";
import type { Experiment, LiveField } from "../core/experiment.ts";
import { FIELD_RANGES } from "../core/fields.ts";
import type { LiveChange } from "../core/run-record.ts";

/** The fields that may change, as they are at step 0. */
type LiveValues = Readonly<Pick<Experiment["training"], LiveField>>;

/** Throws `InputError` with path, range and value unless the schema would take it. */
function checkValue(field: LiveField, value: number | null): void {
  if (value === null && field !== "learningRate") return;
  const { path, minimum, maximum } = FIELD_RANGES[field];
  if (value !== null && Number.isFinite(value) && value >= minimum && value <= maximum) return;
  const expected = `a number from ${minimum} to ${maximum}`;
  throw new InputError("experiment-invalid", { path, expected, actual: String(value) });
}

/** Values that may change while a run goes on. */
export class LiveLog {
  readonly #initial: LiveValues;
  #changes: LiveChange[];
  #learningRate: number;
  #clip: number;
  #clipValue: number;
  /** Changes before this index are in the current values. */
  #applied = 0;
  #step = 0;

  constructor(initial: LiveValues, changes: readonly LiveChange[]) {
    this.#initial = initial;
    this.#changes = [...changes];
    this.#learningRate = this.#initial.learningRate;
    this.#clip = this.#initial.clipNorm ?? 0;
    this.#clipValue = this.#initial.clipValue ?? 0;
  }

  /** Everything logged, by rising step. */
  get changes(): readonly LiveChange[] {
    return this.#changes;
  }

  /** Logs a change from `step` on. It takes the place of what the log says of this field from there on. */
  set(step: number, field: LiveField, value: number | null): LiveChange {
    checkValue(field, value);
    const change = { step, field, value };
    const kept = this.#changes.filter((other) => other.field !== field || other.step < step);
    this.#changes = [...kept, change].sort((a, b) => a.step - b.step);
    this.#rewind();
    return change;
  }

  /**
   * Writes `learningRate`, `clip` and `clipValue` (0 = off) of training step `step` into `scalars`. The logged rate is what
   * a schedule scales by `rateFactor`. Allocates nothing.
   */
  writeScalars(scalars: Record<string, number>, step: number, rateFactor: number): void {
    if (step < this.#step) this.#rewind();
    this.#step = step;
    for (; this.#applied < this.#changes.length; this.#applied++) {
      const change = this.#changes[this.#applied];
      if (!change || change.step > step) break;
      if (change.field === "clipNorm") this.#clip = change.value ?? 0;
      else if (change.field === "clipValue") this.#clipValue = change.value ?? 0;
      else if (change.value !== null) this.#learningRate = change.value;
    }
    scalars.learningRate = this.#learningRate * rateFactor;
    scalars.clip = this.#clip;
    scalars.clipValue = this.#clipValue;
  }

  #rewind(): void {
    this.#applied = 0;
    this.#learningRate = this.#initial.learningRate;
    this.#clip = this.#initial.clipNorm ?? 0;
    this.#clipValue = this.#initial.clipValue ?? 0;
  }
}
