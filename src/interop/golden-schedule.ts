/** Schedules of golden files, with absolute rates, as the experiment's choice, whose shares are relative to the rate. */
import * as v from "valibot";
import type { ScheduleChoice } from "../core/schedule-choice.ts";

/** A schedule with the learning rate that it scales. */
export interface GoldenSchedule {
  readonly choice: ScheduleChoice;
  readonly learningRate: number;
}

/** What every case says; `lr` is the result and read elsewhere. */
const common = {
  name: v.string(),
  lr0: v.pipe(v.number(), v.gtValue(0)),
  steps: v.pipe(v.number(), v.safeInteger(), v.minValue(1)),
};

const Schedule = v.variant("kind", [
  v.strictObject({ ...common, kind: v.literal("constant") }),
  v.strictObject({ ...common, kind: v.literal("exponential"), gamma: v.number() }),
  v.strictObject({ ...common, kind: v.literal("step"), step_size: v.number(), gamma: v.number() }),
  v.strictObject({ ...common, kind: v.literal("multistep"), milestones: v.array(v.number()), gamma: v.number() }),
  v.strictObject({ ...common, kind: v.literal("cosine"), t_max: v.number(), eta_min: v.optional(v.number(), 0) }),
  v.strictObject({
    ...common,
    kind: v.literal("cosine_restarts"),
    t_0: v.number(),
    t_mult: v.optional(v.number(), 1),
    eta_min: v.optional(v.number(), 0),
  }),
  v.strictObject({ ...common, kind: v.literal("linear_warmup"), start_factor: v.number(), warmup: v.number() }),
  v.strictObject({
    ...common,
    kind: v.literal("warmup_cosine"),
    warmup: v.number(),
    total: v.number(),
    min_ratio: v.optional(v.number(), 0),
  }),
  v.strictObject({ ...common, kind: v.literal("polynomial"), total: v.number(), power: v.number() }),
  v.strictObject({ ...common, kind: v.literal("inverse_sqrt"), warmup: v.number() }),
  v.strictObject({
    ...common,
    kind: v.literal("plateau"),
    factor: v.number(),
    patience: v.number(),
    threshold: v.number(),
    cooldown: v.optional(v.number(), 0),
    min_lr: v.optional(v.number(), 0),
    metric: v.array(v.number()),
  }),
]);

type Info = v.InferOutput<typeof Schedule>;

function choose(info: Info): ScheduleChoice {
  switch (info.kind) {
    case "constant":
      return { name: "constant" };
    case "exponential":
      return { name: "exponential", decay: info.gamma };
    case "step":
      return { name: "step", every: info.step_size, gamma: info.gamma };
    case "multistep":
      return { name: "multistep", milestones: info.milestones, gamma: info.gamma };
    case "cosine":
      return { name: "cosine", total: info.t_max, floor: info.eta_min / info.lr0 };
    case "cosine_restarts":
      return {
        name: "cosine-restarts",
        firstCycle: info.t_0,
        cycleGrowth: info.t_mult,
        floor: info.eta_min / info.lr0,
      };
    case "linear_warmup":
      return { name: "linear-warmup", warmup: info.warmup, start: info.start_factor };
    case "warmup_cosine":
      return { name: "warmup-cosine", warmup: info.warmup, total: info.total, floor: info.min_ratio };
    case "polynomial":
      return { name: "polynomial", total: info.total, power: info.power };
    case "inverse_sqrt":
      return { name: "inverse-sqrt", warmup: info.warmup };
    case "plateau": {
      const { factor, patience, threshold, cooldown, min_lr, lr0 } = info;
      return { name: "plateau", factor, patience, threshold, cooldown, floor: min_lr / lr0 };
    }
    default:
      return info satisfies never;
  }
}

/** Reads a case's info; null for a kind or a setting that the house does not have. `metric` is empty but for plateau. */
export function readGoldenSchedule(
  info: unknown,
): (GoldenSchedule & { readonly steps: number; readonly metric: readonly number[] }) | null {
  const parsed = v.safeParse(Schedule, info);
  if (!parsed.success) return null;
  const { lr0, steps } = parsed.output;
  const metric = parsed.output.kind === "plateau" ? parsed.output.metric : [];
  return { choice: choose(parsed.output), learningRate: lr0, steps, metric };
}
