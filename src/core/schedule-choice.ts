/**
 * The learning-rate schedule of an experiment. Every schedule is a factor on the learning rate, so changing the rate while
 * a run goes on scales the rest of the schedule and never bends it. `floor` and `start` are shares of the rate.
 */
import * as v from "valibot";
import { FIELD_RANGES } from "./fields.ts";
import { ranged } from "./schema-terms.ts";

const { every, gamma, decay, total, floor, firstCycle, cycleGrowth, warmup, start, power } = FIELD_RANGES;
const { factor, patience, threshold, cooldown } = FIELD_RANGES;

/** Milestones that a schedule may have; a person types them. */
const MILESTONE_COUNT = 64;

const Milestones = v.pipe(
  v.array(ranged(FIELD_RANGES.every), "a list of steps"),
  v.minLength(1, "at least one step"),
  v.maxLength(MILESTONE_COUNT, `at most ${MILESTONE_COUNT} steps`),
  v.check((steps) => steps.every((step, i) => i === 0 || step > (steps[i - 1] ?? step)), "rising steps"),
);

/** Every schedule with its settings, in steps since the run began; `plateau` counts evaluations. */
export const ScheduleSchema = v.variant(
  "name",
  [
    v.strictObject({ name: v.literal("constant") }),
    v.strictObject({ name: v.literal("exponential"), decay: ranged(decay) }),
    v.strictObject({ name: v.literal("step"), every: ranged(every), gamma: ranged(gamma) }),
    v.strictObject({ name: v.literal("multistep"), milestones: Milestones, gamma: ranged(gamma) }),
    v.strictObject({ name: v.literal("cosine"), total: ranged(total), floor: ranged(floor) }),
    v.strictObject({
      name: v.literal("cosine-restarts"),
      firstCycle: ranged(firstCycle),
      cycleGrowth: ranged(cycleGrowth),
      floor: ranged(floor),
    }),
    v.strictObject({ name: v.literal("linear-warmup"), warmup: ranged(warmup), start: ranged(start) }),
    v.strictObject({
      name: v.literal("warmup-cosine"),
      warmup: ranged(warmup),
      total: ranged(total),
      floor: ranged(floor),
    }),
    v.strictObject({ name: v.literal("polynomial"), total: ranged(total), power: ranged(power) }),
    v.strictObject({ name: v.literal("inverse-sqrt"), warmup: ranged(warmup) }),
    v.strictObject({
      name: v.literal("plateau"),
      factor: ranged(factor),
      patience: ranged(patience),
      threshold: ranged(threshold),
      cooldown: ranged(cooldown),
      floor: ranged(floor),
    }),
  ],
  "the name of a schedule",
);

/** A schedule with its settings. */
export type ScheduleChoice = v.InferOutput<typeof ScheduleSchema>;

/** Each schedule at its usual numbers: what the form begins with. */
export const USUAL_SCHEDULES: {
  readonly [Name in ScheduleChoice["name"]]: Extract<ScheduleChoice, { readonly name: Name }>;
} = {
  constant: { name: "constant" },
  exponential: { name: "exponential", decay: decay.default },
  step: { name: "step", every: every.default, gamma: gamma.default },
  multistep: { name: "multistep", milestones: [1000, 2000], gamma: gamma.default },
  cosine: { name: "cosine", total: total.default, floor: floor.default },
  "cosine-restarts": {
    name: "cosine-restarts",
    firstCycle: firstCycle.default,
    cycleGrowth: cycleGrowth.default,
    floor: floor.default,
  },
  "linear-warmup": { name: "linear-warmup", warmup: warmup.default, start: start.default },
  "warmup-cosine": {
    name: "warmup-cosine",
    warmup: warmup.default,
    total: total.default,
    floor: floor.default,
  },
  polynomial: { name: "polynomial", total: total.default, power: power.default },
  "inverse-sqrt": { name: "inverse-sqrt", warmup: warmup.default },
  plateau: {
    name: "plateau",
    factor: factor.default,
    patience: patience.default,
    threshold: threshold.default,
    cooldown: cooldown.default,
    floor: floor.default,
  },
};
