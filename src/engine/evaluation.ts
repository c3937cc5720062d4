/**
 * Plays the phase `evaluate` over lists of windows: the mean loss of the validation windows, and the test predictions
 * that a task scores. Batches are those of training, the last one partly dead (`live`), so no window is left out. Every
 * window starts from zero states, also where training carries them: held-out windows are samples, not streams. Models that
 * are trained side by side are evaluated in the same plays.
 */
import type { Player } from "../core/backend.ts";
import type { Dataset, ScoredRows } from "../core/task.ts";
import { type PredictedPart, predictedParts } from "./chunks.ts";
import { type ProgramSpec, spokenSteps } from "./program-spec.ts";
import { readFloatsOfAll } from "./read-tensor.ts";

/** Which steps of a test window are scored. */
export type ScoredSteps = "last" | "every";

/** What an evaluation needs. */
export interface EvaluationParts {
  readonly player: Player;
  /** How many the player's Program has. */
  readonly models: number;
  readonly spec: ProgramSpec;
  readonly dataset: Dataset;
  readonly scoredSteps: ScoredSteps;
  /** Called between rounds of batches, so that the owner can read its mailbox. */
  readonly breathe: () => Promise<void>;
}

/** Batches sent before the owner breathes again; each costs one read. */
const ROUND = 8;

/** One batch of a list of windows. */
interface EvaluationBatch {
  readonly starts: Uint32Array;
  readonly live: number;
  /** What the loss of this batch was divided by, which is its weight among the batches. */
  readonly divisor: number;
}

/**
 * The divisor of a batch's loss, as the device forms it, known to the host, so it need not be read back: the sum of mask
 * and class weights over the rows that the loss sees, or the sequences with such rows; of a sum, the live windows.
 */
function divisorOf(starts: Uint32Array, { spec, dataset }: EvaluationParts): number {
  const { T, reduction, loss } = spec;
  if (reduction === "sum") return starts.length;
  const weights = loss.name === "ce-weighted" ? Float32Array.from(loss.weights) : null;
  let divisor = 0;
  for (const start of starts) {
    let own = 0;
    for (let row = start + T - spokenSteps(spec); row < start + T; row++) {
      own += (dataset.mask[row] ?? 0) * (weights?.[dataset.target.rows[row] ?? 0] ?? 1);
    }
    divisor += reduction === "sequences" ? Number(own > 0) : own;
  }
  return divisor;
}

function cutBatches(starts: Uint32Array, parts: EvaluationParts): readonly EvaluationBatch[] {
  const { B } = parts.spec;
  return Array.from({ length: Math.ceil(starts.length / B) }, (_, i) => {
    const live = starts.subarray(i * B, (i + 1) * B);
    const padded = new Uint32Array(B);
    padded.set(live);
    return { starts: padded, live: live.length, divisor: divisorOf(live, parts) };
  });
}

/** A batch, or the part of it that one play predicts. */
interface EvaluationPlay {
  readonly batch: EvaluationBatch;
  readonly part: PredictedPart;
}

/** Plays everything and reads `read(play)` after each; results in order. A part goes on from the one before it. */
async function playAll<Result>(
  plays: readonly EvaluationPlay[],
  { player, models, spec, breathe }: EvaluationParts,
  read: (play: EvaluationPlay) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = [];
  const perRound = Math.min(ROUND, spec.K);
  for (let first = 0; first < plays.length; first += perRound) {
    const round = plays.slice(first, first + perRound).map((play, slot) => {
      const { batch, part } = play;
      // A pair is gathered as a whole: its source is read before its answer.
      const shift = part.phase === "decode" ? 0 : part.first;
      const starts = batch.starts.map((start) => start + shift);
      for (let model = 0; model < models; model++) player.write("starts", starts, slot * spec.B, model);
      player.play(part.phase, { slot, live: batch.live, resume: part.first > 0 ? 1 : 0 });
      return read(play);
    });
    results.push(...(await Promise.all(round)));
    await breathe();
  }
  return results;
}

/** Steps of a part whose predictions are scored: all of them, the last of the window, or none. */
function scoredSteps({ first, count }: PredictedPart, { spec, scoredSteps: wished }: EvaluationParts): number {
  if (spec.head === "every" && wished === "every") return count;
  return first + count === spec.T ? 1 : 0;
}

/** Where the logits of a part's scored steps lie in the head's [N, V]. */
function scoredRange(part: PredictedPart, parts: EvaluationParts) {
  const { B, outputs: V, head } = parts.spec;
  const steps = scoredSteps(part, parts);
  return { offset: head === "every" ? (part.count - steps) * B * V : 0, length: steps * B * V };
}

/** Logits [steps, B, V] of the last scored steps of a part. */
interface PartLogits {
  readonly part: PredictedPart;
  readonly logits: Float32Array;
}

/** The unmasked rows of a batch, window by window and step by step. */
function collectRows(batch: EvaluationBatch, predicted: readonly PartLogits[], parts: EvaluationParts): ScoredRows {
  const { B, outputs: V } = parts.spec;
  const { mask } = parts.dataset;
  const rows: number[] = [];
  const found: Float32Array[] = [];
  for (let b = 0; b < batch.live; b++) {
    for (const { part, logits } of predicted) {
      const steps = scoredSteps(part, parts);
      for (let step = 0; step < steps; step++) {
        const row = batch.starts[b]! + part.first + part.count - steps + step;
        if (mask[row] === 0) continue;
        const from = (step * B + b) * V;
        rows.push(row);
        found.push(logits.subarray(from, from + V));
      }
    }
  }
  const scored = new Float32Array(rows.length * V);
  for (const [i, values] of found.entries()) scored.set(values, i * V);
  return { logits: scored, rows: Uint32Array.from(rows) };
}

/** The answer of a pair, which is judged by what the decoder says when it reads its own symbols. */
function decodedPart(spec: ProgramSpec): PredictedPart {
  const count = spokenSteps(spec);
  return { phase: "decode", first: spec.T - count, count };
}

/** All rows of a list of batches, one behind the other. */
function joinRows(parts: readonly ScoredRows[], V: number): ScoredRows {
  const logits = new Float32Array(parts.reduce((sum, part) => sum + part.logits.length, 0));
  const rows = new Uint32Array(parts.reduce((sum, part) => sum + part.rows.length, 0));
  let at = 0;
  for (const part of parts) {
    rows.set(part.rows, at);
    logits.set(part.logits, at * V);
    at += part.rows.length;
  }
  return { logits, rows };
}

/** Mean loss and test predictions with the parameters that are on the device, of every model in order. */
export class Evaluator {
  readonly #parts: EvaluationParts;
  readonly #validation: readonly EvaluationBatch[];
  readonly #test: readonly EvaluationBatch[];

  constructor(parts: EvaluationParts) {
    this.#parts = parts;
    this.#validation = cutBatches(parts.dataset.windows.validation, parts);
    this.#test = cutBatches(parts.dataset.windows.test, parts);
  }

  /**
   * Loss over all validation windows, reduced as in training; of a sum, what a whole batch of them has on average, so that
   * it can stand beside the training loss. NaN or infinite when the model has left the finite.
   */
  async validationLosses(): Promise<readonly number[]> {
    const { player, models, spec } = this.#parts;
    const part: PredictedPart = { phase: "evaluate", first: 0, count: spec.T };
    const plays = this.#validation.map((batch) => ({ batch, part }));
    const losses = await playAll(plays, this.#parts, () => readFloatsOfAll(player, "loss", models));
    const total = this.#validation.reduce((sum, { divisor }) => sum + divisor, 0);
    const weightOf = ({ divisor }: EvaluationBatch) => (spec.reduction === "sum" ? spec.B : divisor);
    return Array.from({ length: models }, (_, model) => {
      const sum = this.#validation.reduce(
        (so, batch, i) => so + (losses[i]?.[model]?.[0] ?? Number.NaN) * weightOf(batch),
        0,
      );
      return sum / total;
    });
  }

  /** Logits [count, V] of every scored test row, in the order of the windows. */
  async testPredictions(): Promise<readonly ScoredRows[]> {
    const { player, models, spec } = this.#parts;
    const cut = spec.decoder ? [decodedPart(spec)] : predictedParts(spec);
    const plays = this.#test.flatMap((batch) => cut.map((part) => ({ batch, part })));
    const predicted = await playAll(plays, this.#parts, async ({ part }) => {
      const range = scoredRange(part, this.#parts);
      return { part, logits: range.length > 0 ? await readFloatsOfAll(player, "logits", models, range) : [] };
    });
    return Array.from({ length: models }, (_, model) => {
      const own = predicted.map(({ part, logits }) => ({ part, logits: logits[model] ?? new Float32Array() }));
      const scored = this.#test.map((batch, i) =>
        collectRows(batch, own.slice(i * cut.length, (i + 1) * cut.length), this.#parts),
      );
      return joinRows(scored, spec.outputs);
    });
  }
}
