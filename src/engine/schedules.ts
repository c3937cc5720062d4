/**
 * Learning-rate schedules as factors on the learning rate, in f64. All but `plateau` are functions of the step alone (k
 * counts from 0), so a saved run needs nothing to go on with them; `plateau` looks at the validation loss and its state is
 * saved. The formulas are PyTorch's closed forms, literally: `cosine` and `warmup-cosine` rise again after their total.
 */
import type { PlateauState } from "../core/run-record.ts";
import type { ScheduleChoice } from "../core/schedule-choice.ts";
import { power } from "./power.ts";

/** What the plateau knows before the first evaluation. */
export const FRESH_PLATEAU: PlateauState = { best: null, waited: 0, coolingFor: 0, factor: 1 };

/** From 1 at progress 0 down to `floor` at progress 1. */
function cosine(progress: number, floor: number): number {
  return floor + ((1 - floor) * (1 + Math.cos(Math.PI * progress))) / 2;
}

/** Progress 0 ≤ p < 1 within cycles of length c, c·g, c·g², … (Loshchilov & Hutter 2017). */
function cycleProgress(k: number, first: number, growth: number): number {
  let begin = 0;
  let length = first;
  while (k >= begin + length) {
    // Cycles that no longer grow are counted at once; growing ones are few.
    if (growth === 1) return (k % first) / first;
    begin += length;
    length *= growth;
  }
  return (k - begin) / length;
}

/** Factor of training step `k`. `plateau` is the state after the evaluations before that step; other schedules ignore it. */
export function scheduleFactor(schedule: ScheduleChoice, k: number, plateau: PlateauState): number {
  switch (schedule.name) {
    case "constant":
      return 1;
    case "exponential":
      return power(schedule.decay, k);
    case "step":
      return power(schedule.gamma, Math.floor(k / schedule.every));
    case "multistep":
      return power(schedule.gamma, schedule.milestones.filter((milestone) => milestone <= k).length);
    case "cosine":
      return cosine(k / schedule.total, schedule.floor);
    case "cosine-restarts":
      return cosine(cycleProgress(k, schedule.firstCycle, schedule.cycleGrowth), schedule.floor);
    case "linear-warmup":
      return schedule.start + ((1 - schedule.start) * Math.min(k, schedule.warmup)) / schedule.warmup;
    case "warmup-cosine": {
      const { warmup, total, floor } = schedule;
      if (k < warmup) return (k + 1) / warmup;
      return total > warmup ? cosine((k - warmup) / (total - warmup), floor) : floor;
    }
    case "polynomial":
      return (1 - Math.min(k, schedule.total) / schedule.total) ** schedule.power;
    case "inverse-sqrt":
      return Math.min((k + 1) / schedule.warmup, Math.sqrt(schedule.warmup / (k + 1)));
    case "plateau":
      return plateau.factor;
    default:
      return schedule satisfies never;
  }
}

/**
 * The state after one more validation loss: PyTorch's ReduceLROnPlateau, mode min with a relative threshold. More than
 * `patience` evaluations in a row without a better loss multiply the factor, not below `floor`. Other schedules stay as
 * they are.
 */
export function observePlateau(schedule: ScheduleChoice, state: PlateauState, loss: number): PlateauState {
  if (schedule.name !== "plateau") return state;
  const better = state.best === null || loss < state.best * (1 - schedule.threshold);
  const best = better ? loss : state.best;
  const cooling = state.coolingFor > 0;
  const waited = better || cooling ? 0 : state.waited + 1;
  if (waited <= schedule.patience) {
    return { best, waited, coolingFor: cooling ? state.coolingFor - 1 : 0, factor: state.factor };
  }
  const factor = Math.max(state.factor * schedule.factor, schedule.floor);
  return { best, waited: 0, coolingFor: schedule.cooldown, factor };
}
