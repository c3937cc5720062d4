/**
 * Turns a run's curves into the rows of the loss chart: the raw loss, its smoothed course and the validation points over
 * one common axis of steps. Long runs are thinned to the extremes of each stretch, never to a mean, so that every point
 * drawn is a loss that occurred. What is not finite becomes a gap (null).
 */
import type { BestPoint, EvaluationPoint } from "../series.ts";

/** Columns over the same steps; null is a gap. */
export interface LossRows {
  readonly steps: readonly number[];
  readonly raw: readonly (number | null)[];
  readonly smooth: readonly (number | null)[];
  readonly validation: readonly (number | null)[];
}

/** The part of a run's curves that the chart draws. */
export interface LossCourse {
  /** Step of `loss[0]`. */
  readonly first: number;
  readonly loss: Float32Array;
  readonly evaluations: readonly EvaluationPoint[];
  readonly best: BestPoint | null;
}

/** `beta` in [0, 1) smooths; `zoom` is the range of steps seen, null for all; more than `limit` points are thinned. */
export interface LossView {
  readonly beta: number;
  readonly zoom: readonly [low: number, high: number] | null;
  readonly limit: number;
}

/** Above this many points a chart's redraw costs more than the eye gains. */
export const POINT_LIMIT = 20_000;

/**
 * Exponential mean without the bias of its zero start: s_t = β s_{t−1} + (1 − β) x_t, shown s_t / (1 − β^t), with t
 * counting finite values only (Kingma & Ba 2015, §3). At a value that is not finite the mean is NaN and goes on after it.
 */
export function debiasedMean(values: Float32Array, beta: number): Float64Array {
  const means = new Float64Array(values.length);
  let sum = 0;
  let weight = 0; // 1 − β^t, by the same recurrence as the sum
  values.forEach((value, index) => {
    if (!Number.isFinite(value)) {
      means[index] = Number.NaN;
      return;
    }
    sum = beta * sum + (1 - beta) * value;
    weight = beta * weight + (1 - beta);
    means[index] = sum / weight;
  });
  return means;
}

/**
 * Indices of [from, to) that keep the look of a curve in at most about `limit` points: the smallest and the largest
 * finite value of each of limit / 2 stretches, the first value that is not finite, and both ends.
 */
export function thin(values: Float32Array, from: number, to: number, limit: number): readonly number[] {
  const length = to - from;
  if (length <= limit) return Array.from({ length: Math.max(0, length) }, (_, index) => from + index);
  const stretches = Math.floor(limit / 2);
  const kept = new Set<number>([from, to - 1]);
  for (let stretch = 0; stretch < stretches; stretch++) {
    const start = from + Math.floor((stretch * length) / stretches);
    const end = from + Math.floor(((stretch + 1) * length) / stretches);
    let low = -1;
    let high = -1;
    let gap = -1;
    for (let index = start; index < end; index++) {
      const value = values[index] ?? Number.NaN;
      if (!Number.isFinite(value)) {
        if (gap < 0) gap = index;
        continue;
      }
      if (low < 0 || value < (values[low] ?? 0)) low = index;
      if (high < 0 || value > (values[high] ?? 0)) high = index;
    }
    for (const index of [low, high, gap]) if (index >= 0) kept.add(index);
  }
  return [...kept].sort((one, other) => one - other);
}

const finiteOrGap = (value: number | undefined): number | null =>
  value !== undefined && Number.isFinite(value) ? value : null;

/** The chart's rows of a run. */
export function lossRows(course: LossCourse, view: LossView): LossRows {
  const { first, loss, evaluations } = course;
  const [low, high] = view.zoom ?? [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
  // One point beyond each side, so that lines leave the picture instead of ending in it.
  const from = Math.max(0, Math.min(loss.length, Math.floor(low) - first - 1));
  const to = Math.max(from, Math.min(loss.length, Math.ceil(high) - first + 2));
  const validationAt = new Map(evaluations.map((point) => [point.step, point.validationLoss]));
  const steps = [
    ...new Set([...thin(loss, from, to, view.limit).map((index) => first + index), ...validationAt.keys()]),
  ];
  steps.sort((one, other) => one - other);
  const means = debiasedMean(loss, view.beta);
  return {
    steps,
    raw: steps.map((step) => finiteOrGap(loss[step - first])),
    smooth: steps.map((step) => finiteOrGap(means[step - first])),
    validation: steps.map((step) => finiteOrGap(validationAt.get(step))),
  };
}

/** First step whose loss is not finite, or null. */
export function firstNotFinite(course: LossCourse): number | null {
  const index = course.loss.findIndex((value) => !Number.isFinite(value));
  return index < 0 ? null : course.first + index;
}
