/** Races between candidates: order, medians, who leaves early, and what happens when time or patience ends. */
import { describe, expect, test } from "vitest";
import { race } from "./race.ts";

/** Runners that take the given times, the last one again and again, on a clock that they move. */
function track(...times: readonly (readonly number[])[]) {
  let ms = 0;
  const order: number[] = [];
  const runners = times.map((own, runner) => {
    let plays = 0;
    return {
      async run() {
        const took = own[Math.min(plays++, own.length - 1)] ?? Number.NaN;
        order.push(runner);
        ms += took;
        return took;
      },
    };
  });
  return { runners, order, rules: { now: () => ms, untilMs: 10_000, skipped: () => false } };
}

test("the faster one wins by its median, whatever single rounds were", async () => {
  const { runners, rules } = track([10], [9, 14, 9, 9, 9, 9]);
  expect(await race(runners, rules)).toEqual({ winner: 1, ms: 9 });
});

test("runners take turns, so that a busy moment slows them alike", async () => {
  const { runners, order, rules } = track([10], [10]);
  await race(runners, rules);
  expect(order).toEqual([0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1]);
});

test("the first plays warm up and do not count", async () => {
  const { runners, rules } = track([100, 5], [1, 8]);
  expect(await race(runners, rules)).toEqual({ winner: 0, ms: 5 });
});

test("a challenger that is hardly faster does not displace the first", async () => {
  expect((await race(...fieldOf(10, 9.4)))?.winner).toBe(0);
  expect((await race(...fieldOf(10, 9.1)))?.winner).toBe(1);
});

function fieldOf(...times: readonly number[]) {
  const { runners, rules } = track(...times.map((ms) => [ms]));
  return [runners, rules] as const;
}

test("whoever is far behind leaves after the first round that counts", async () => {
  const { runners, order, rules } = track([10], [40], [11]);
  await race(runners, rules);
  expect(order.filter((runner) => runner === 1)).toHaveLength(2);
  expect(order.filter((runner) => runner === 2)).toHaveLength(6);
});

test("a runner alone is not timed more often than needed", async () => {
  const { runners, order, rules } = track([10], [40]);
  expect(await race(runners, rules)).toEqual({ winner: 0, ms: 10 });
  expect(order).toEqual([0, 1, 0, 1, 0]);
});

describe("the end of time", () => {
  test("two rounds are always run, so that one counts", async () => {
    const { runners, order, rules } = track([10], [9]);
    expect(await race(runners, { ...rules, untilMs: 0 })).toEqual({ winner: 1, ms: 9 });
    expect(order).toEqual([0, 1, 0, 1]);
  });

  test("no round begins once the time is over", async () => {
    const { runners, order, rules } = track([10], [9]);
    await race(runners, { ...rules, untilMs: 50 });
    expect(order).toHaveLength(6);
  });

  test("who has lost patience gets no result", async () => {
    const { runners, rules } = track([10], [5]);
    expect(await race(runners, { ...rules, skipped: () => true })).toBeUndefined();
  });
});
