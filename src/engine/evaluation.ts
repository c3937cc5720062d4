/**
 * Plays the phase `evaluate` over lists of windows: the mean loss of the validation windows, and the test predictions
 * that a task scores. Batches are those of training, the last one partly dead (`live`), so no window is left out. Every
 * window starts from zero states, also where training carries them: held-out windows are samples, not streams.
 */
import type { Player } from "../core/backend.ts";
import type { Dataset, ScoredRows } from "../core/task.ts";
import type { ProgramSpec } from "./program-spec.ts";
import { readFloats } from "./read-tensor.ts";

/** Which steps of a test window are scored. */
export type ScoredSteps = "last" | "every";

/** What an evaluation needs. */
export interface EvaluationParts {
  readonly player: Player;
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
  /** Rows that count in the loss. */
  readonly count: number;
}

/** Mask sum over the rows that the loss sees; known to the host, so it need not be read back. */
function countRows(starts: Uint32Array, { spec, dataset }: EvaluationParts): number {
  let count = 0;
  for (const start of starts) {
    for (let t = spec.head === "every" ? 0 : spec.T - 1; t < spec.T; t++) count += dataset.mask[start + t] ?? 0;
  }
  return count;
}

function cutBatches(starts: Uint32Array, parts: EvaluationParts): readonly EvaluationBatch[] {
  const { B } = parts.spec;
  return Array.from({ length: Math.ceil(starts.length / B) }, (_, i) => {
    const live = starts.subarray(i * B, (i + 1) * B);
    const padded = new Uint32Array(B);
    padded.set(live);
    return { starts: padded, live: live.length, count: countRows(live, parts) };
  });
}

/** Plays every batch and reads `read(batch)` after each; results in order. */
async function playBatches<Result>(
  batches: readonly EvaluationBatch[],
  parts: EvaluationParts,
  read: (batch: EvaluationBatch) => Promise<Result>,
): Promise<Result[]> {
  const { player, spec } = parts;
  const results: Result[] = [];
  const perRound = Math.min(ROUND, spec.K);
  for (let first = 0; first < batches.length; first += perRound) {
    const round = batches.slice(first, first + perRound).map((batch, slot) => {
      player.write("starts", batch.starts, slot * spec.B);
      player.play("evaluate", { slot, live: batch.live, resume: 0 });
      return read(batch);
    });
    results.push(...(await Promise.all(round)));
    await parts.breathe();
  }
  return results;
}

/** First element and row count of the scored logits in the head's [N, V]. */
function scoredPart({ spec, scoredSteps }: EvaluationParts): { readonly first: number; readonly steps: number } {
  if (spec.head === "last") return { first: 0, steps: 1 };
  return scoredSteps === "every"
    ? { first: 0, steps: spec.T }
    : { first: (spec.T - 1) * spec.B * spec.outputs, steps: 1 };
}

/** Appends the unmasked rows of a batch, window by window and step by step. */
function collectRows(batch: EvaluationBatch, logits: Float32Array, parts: EvaluationParts): ScoredRows {
  const { spec, dataset } = parts;
  const { steps } = scoredPart(parts);
  const V = spec.outputs;
  const rows: number[] = [];
  const from: number[] = [];
  for (let b = 0; b < batch.live; b++) {
    for (let step = 0; step < steps; step++) {
      const row = batch.starts[b]! + spec.T - steps + step;
      if (dataset.mask[row] === 0) continue;
      rows.push(row);
      from.push((step * spec.B + b) * V);
    }
  }
  const scored = new Float32Array(rows.length * V);
  for (const [i, offset] of from.entries()) scored.set(logits.subarray(offset, offset + V), i * V);
  return { logits: scored, rows: Uint32Array.from(rows) };
}

/** Mean loss and test predictions with the parameters that are on the device. */
export class Evaluator {
  readonly #parts: EvaluationParts;
  readonly #validation: readonly EvaluationBatch[];
  readonly #test: readonly EvaluationBatch[];

  constructor(parts: EvaluationParts) {
    this.#parts = parts;
    this.#validation = cutBatches(parts.dataset.windows.validation, parts);
    this.#test = cutBatches(parts.dataset.windows.test, parts);
  }

  /** Mean loss over the unmasked rows of all validation windows; NaN or infinite when the model has left the finite. */
  async validationLoss(): Promise<number> {
    const { player } = this.#parts;
    const losses = await playBatches(this.#validation, this.#parts, async ({ count }) => {
      const [loss = Number.NaN] = await readFloats(player, "loss");
      return { loss, count };
    });
    const counted = losses.reduce((sum, { count }) => sum + count, 0);
    return losses.reduce((sum, { loss, count }) => sum + loss * count, 0) / counted;
  }

  /** Logits [count, V] of every scored test row, in the order of the windows. */
  async testPredictions(): Promise<ScoredRows> {
    const { player, spec } = this.#parts;
    const { first, steps } = scoredPart(this.#parts);
    const range = { offset: first, length: steps * spec.B * spec.outputs };
    const parts = await playBatches(this.#test, this.#parts, async (batch) =>
      collectRows(batch, await readFloats(player, "logits", range), this.#parts),
    );
    const logits = new Float32Array(parts.reduce((sum, part) => sum + part.logits.length, 0));
    const rows = new Uint32Array(parts.reduce((sum, part) => sum + part.rows.length, 0));
    let at = 0;
    for (const part of parts) {
      rows.set(part.rows, at);
      logits.set(part.logits, at * spec.outputs);
      at += part.rows.length;
    }
    return { logits, rows };
  }
}
