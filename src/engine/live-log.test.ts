/** Live values by step: which change acts when, also after going back. */
import { describe, expect, test } from "vitest";
import { LiveLog } from "./live-log.ts";

const initial = { learningRate: 0.1, clipNorm: 2, clipValue: null };

function valuesAt(log: LiveLog, steps: readonly number[]) {
  return steps.map((step) => {
    const scalars: Record<string, number> = {};
    log.writeScalars(scalars, step, 1);
    return [scalars.learningRate, scalars.clip];
  });
}

describe("LiveLog", () => {
  test("a change acts from its step on, in any order of asking", () => {
    const log = new LiveLog(initial, []);
    log.set(5, "learningRate", 0.2);
    log.set(3, "clipNorm", null);
    expect(valuesAt(log, [0, 2, 3, 4, 5, 9])).toEqual([
      [0.1, 2],
      [0.1, 2],
      [0.1, 0],
      [0.1, 0],
      [0.2, 0],
      [0.2, 0],
    ]);
    expect(valuesAt(log, [9, 0, 5, 3])).toEqual([
      [0.2, 0],
      [0.1, 2],
      [0.2, 0],
      [0.1, 0],
    ]);
  });

  test("a new change takes the place of later ones of its field only", () => {
    const later = [
      { step: 4, field: "clipNorm", value: 1 },
      { step: 6, field: "learningRate", value: 0.3 },
    ] as const;
    const log = new LiveLog(initial, later);
    log.set(2, "learningRate", 0.4);
    expect(log.changes).toEqual([{ step: 2, field: "learningRate", value: 0.4 }, later[0]]);
    expect(valuesAt(log, [1, 2, 6])).toEqual([
      [0.1, 2],
      [0.4, 2],
      [0.4, 1],
    ]);
  });

  test("clipping by value is switched on, moved and switched off", () => {
    const log = new LiveLog(initial, []);
    log.set(2, "clipValue", 0.5);
    log.set(4, "clipValue", null);
    const limits = [5, 4, 3, 2, 1].map((step) => {
      const scalars: Record<string, number> = {};
      log.writeScalars(scalars, step, 1);
      return scalars.clipValue;
    });
    expect(limits).toEqual([0, 0, 0.5, 0.5, 0]);
    expect(() => log.set(6, "clipValue", 0)).toThrow(/training.clipValue/);
  });

  test("two changes at one step: the last wins and one is kept", () => {
    const log = new LiveLog(initial, []);
    log.set(1, "learningRate", 0.2);
    log.set(1, "learningRate", 0.5);
    expect(log.changes).toEqual([{ step: 1, field: "learningRate", value: 0.5 }]);
  });
});
