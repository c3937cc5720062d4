/** The pace: planned milliseconds per submit from the measured rate, within bounds, and blind to waits that measure the clock. */
import { expect, test } from "vitest";
import { createPace } from "./pace.ts";

function createClock() {
  let ms = 1000;
  const pass = (by: number) => {
    ms += by;
  };
  return { now: () => ms, pass };
}

test("a slow device gets submits of about 100 ms", () => {
  const clock = createClock();
  const pace = createPace(clock.now);
  pace.submitted(50);
  const done = pace.mark();
  clock.pass(500);
  done();
  expect(pace.limitMs).toBe(10);
});

test("work that queued behind other work is timed from when the GPU could begin it", () => {
  const clock = createClock();
  const pace = createPace(clock.now);
  pace.submitted(100);
  const first = pace.mark();
  pace.submitted(100);
  const second = pace.mark();
  clock.pass(100);
  first();
  clock.pass(50);
  second();
  expect(pace.limitMs).toBe(200);
});

test("very slow and very fast devices stay within bounds", () => {
  const clock = createClock();
  const pace = createPace(clock.now);
  pace.submitted(1);
  const slow = pace.mark();
  clock.pass(10_000);
  slow();
  expect(pace.limitMs).toBe(2);
  pace.submitted(1_000_000);
  const fast = pace.mark();
  clock.pass(10);
  fast();
  expect(pace.limitMs).toBe(20_000);
});

test("waits too short to measure, or without work, change nothing", () => {
  const clock = createClock();
  const pace = createPace(clock.now);
  const { limitMs } = pace;
  pace.submitted(1);
  const short = pace.mark();
  clock.pass(1);
  short();
  const idle = pace.mark();
  clock.pass(1000);
  idle();
  expect(pace.limitMs).toBe(limitMs);
});
