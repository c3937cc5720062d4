/** The bytes of a uniform block: order, types, and which source of a value wins. */
import { expect, test } from "vitest";
import type { Station } from "./dispatch.ts";
import { writeScalars } from "./scalars.ts";

const station: Station = {
  kernel: {
    file: "example.step",
    bindings: [],
    scalars: [
      { name: "t", type: "u32" },
      { name: "rate", type: "f32" },
      { name: "N", type: "u32" },
    ],
    sizes: {},
    grid: () => [1, 1, 1],
    trips: () => 0,
  },
  sizes: {},
  label: "example",
  segments: [],
  numbers: { N: 4_000_000_000, rate: 8 },
  model: 0,
  dynamic: true,
};

test("scalars follow one another in the kernel's order, and a run-time value wins over the call's", () => {
  const view = new DataView(new ArrayBuffer(32));
  writeScalars(view, 16, { station, looped: { t: 3 }, grid: [1, 1, 1] }, { rate: 0.25 });
  expect(view.getUint32(16, true)).toBe(3);
  expect(view.getFloat32(20, true)).toBe(0.25);
  expect(view.getUint32(24, true)).toBe(4_000_000_000);
  expect([view.getUint32(12, true), view.getUint32(28, true)]).toEqual([0, 0]);
});

test("of one value for each model, that of the model that is played is written", () => {
  const view = new DataView(new ArrayBuffer(12));
  const third = { ...station, model: 2 };
  writeScalars(
    view,
    0,
    { station: third, looped: { t: 3 }, grid: [1, 1, 1] },
    { rate: Float32Array.of(0.25, 0.5, 0.75) },
  );
  expect(view.getFloat32(4, true)).toBe(0.75);
  expect(() => writeScalars(view, 0, { station: third, looped: { t: 3 }, grid: [1, 1, 1] }, { rate: [1, 2] })).toThrow(
    "the scalar rate",
  );
});

test("a scalar that nobody gives is named", () => {
  const view = new DataView(new ArrayBuffer(32));
  expect(() => writeScalars(view, 0, { station, looped: {}, grid: [1, 1, 1] }, {})).toThrow("the scalar t");
});
