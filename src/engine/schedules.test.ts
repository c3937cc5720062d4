/** Schedules at the steps where a formula turns; whole curves are checked against golden files. */
import { describe, expect, it } from "vitest";
import { type ScheduleChoice, USUAL_SCHEDULES } from "../core/schedule-choice.ts";
import { FRESH_PLATEAU, observePlateau, scheduleFactor } from "./schedules.ts";

const factors = (schedule: ScheduleChoice, steps: readonly number[]) =>
  steps.map((k) => scheduleFactor(schedule, k, FRESH_PLATEAU));

describe("scheduleFactor", () => {
  it("is 1 at every step of a constant schedule", () => {
    expect(factors(USUAL_SCHEDULES.constant, [0, 1, 1e6])).toEqual([1, 1, 1]);
  });

  it("takes restarts of equal length without counting through them", () => {
    const schedule = { name: "cosine-restarts", firstCycle: 4, cycleGrowth: 1, floor: 0 } as const;
    const [first, middle, later] = factors(schedule, [0, 2, 4_000_000_002]);
    expect(first).toBe(1);
    expect(middle).toBeCloseTo(0.5, 14);
    expect(later).toBe(middle);
  });

  it("stays at the floor where a warm-up leaves no steps for the cosine", () => {
    const schedule = { name: "warmup-cosine", warmup: 4, total: 4, floor: 0.25 } as const;
    expect(factors(schedule, [0, 3, 4, 100])).toEqual([0.25, 1, 0.25, 0.25]);
  });

  it("reaches 0 at the end of a polynomial and stays there", () => {
    expect(factors({ name: "polynomial", total: 10, power: 1 }, [0, 5, 10, 11])).toEqual([1, 0.5, 0, 0]);
  });
});

describe("observePlateau", () => {
  const schedule = { name: "plateau", factor: 0.5, patience: 1, threshold: 0.1, cooldown: 1, floor: 0.2 } as const;
  const following = (losses: readonly number[]) =>
    losses.reduce((state, loss) => observePlateau(schedule, state, loss), FRESH_PLATEAU);

  it("counts a loss as better only below best·(1 − threshold)", () => {
    expect(following([1, 0.91])).toMatchObject({ best: 1, waited: 1 });
    expect(following([1, 0.89])).toMatchObject({ best: 0.89, waited: 0 });
  });

  it("falls after more evaluations than its patience, cools down, and stops at the floor", () => {
    const course = [1, 1, 1, 1, 1, 1, 1, 1, 1];
    const seen = course.map((_, i) => following(course.slice(0, i + 1)).factor);
    expect(seen).toEqual([1, 1, 0.5, 0.5, 0.5, 0.25, 0.25, 0.25, 0.2]);
  });

  it("leaves the state alone under every other schedule", () => {
    expect(observePlateau(USUAL_SCHEDULES.cosine, FRESH_PLATEAU, 1)).toBe(FRESH_PLATEAU);
  });
});
