/** The techniques of training at their usual settings, for presets that differ in other things. */
import type { Experiment } from "./experiment.ts";
import { USUAL_LOSSES } from "./loss-choice.ts";
import { USUAL_OPTIMIZERS } from "./optimizer-choice.ts";
import { USUAL_SCHEDULES } from "./schedule-choice.ts";

type Techniques = Pick<
  Experiment["training"],
  | "loss"
  | "reduction"
  | "optimizer"
  | "schedule"
  | "clipValue"
  | "l1"
  | "earlyStopping"
  | "pruning"
  | "state"
  | "truncate"
  | "checkpoint"
>;

/** Adam on the loss that fits the task at a constant rate, every window from a fresh state, and no other technique. */
export const USUAL_TRAINING: Techniques = {
  loss: USUAL_LOSSES.fitting,
  reduction: "mean",
  optimizer: USUAL_OPTIMIZERS.adam,
  schedule: USUAL_SCHEDULES.constant,
  clipValue: null,
  l1: 0,
  earlyStopping: null,
  state: "fresh",
  pruning: null,
  truncate: null,
  checkpoint: "auto",
};
