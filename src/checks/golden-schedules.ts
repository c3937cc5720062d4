/** Plays golden learning-rate schedules. They are computed on the host, so no backend takes part. */
import { FRESH_PLATEAU, observePlateau, scheduleFactor } from "../engine/schedules.ts";
import { readGoldenSchedule } from "../interop/golden-schedule.ts";
import { type GoldenRunner, unsupported } from "./golden-run.ts";

/** Plays a case of `optim/schedules`: the rate used at every step; `metric[k]` is told after step k. */
export const runGoldenSchedule: GoldenRunner = async (golden) => {
  const schedule = readGoldenSchedule(golden.info);
  if (schedule === null) return unsupported("a schedule or a setting of one that is not there yet");
  const { choice, learningRate, steps, metric } = schedule;
  const rates = new Float64Array(steps);
  let plateau = FRESH_PLATEAU;
  for (let k = 0; k < steps; k++) {
    rates[k] = learningRate * scheduleFactor(choice, k, plateau);
    const loss = metric[k];
    if (loss !== undefined) plateau = observePlateau(choice, plateau, loss);
  }
  return { supported: true, tensors: new Map([["lr", rates]]) };
};
