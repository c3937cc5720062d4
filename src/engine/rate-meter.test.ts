/** Rates of chunks whose times are given. */
import { describe, expect, test } from "vitest";
import { RateMeter } from "./rate-meter.ts";

describe("RateMeter", () => {
  test("counts both of two chunks that a player computed while they were sent", () => {
    const meter = new RateMeter();
    meter.record(30, 150);
    expect(meter.record(30, 0)).toBe(60 / 0.15);
  });

  test("forgets what lies more than half a second of training back", () => {
    const meter = new RateMeter();
    meter.record(1, 1000);
    meter.record(10, 250);
    expect(meter.record(20, 250)).toBe(60);
    expect(meter.record(100, 500)).toBe(200);
  });

  test("says what a clock of one millisecond allows where no time has passed", () => {
    expect(new RateMeter().record(5, 0)).toBe(5000);
  });
});
