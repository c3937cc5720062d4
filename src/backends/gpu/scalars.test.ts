/** The bytes of a uniform block: order, types, and which source of a value wins. */
import { expect, test } from "vitest";
import type { Station } from "./dispatch.ts";
import { countScalarBytes, writeScalars } from "./scalars.ts";

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

test("where every model has its own scalars there is a block for each, at multiples of 16 bytes", () => {
  const view = new DataView(new ArrayBuffer(64));
  const own: Station = { ...station, kernel: { ...station.kernel, scalarsPerModel: true } };
  const dispatch = { station: own, looped: { t: 3 }, grid: [1, 1, 3] } as const;
  writeScalars(view, 16, dispatch, { rate: Float32Array.of(0.25, 0.5, 0.75) });
  expect(countScalarBytes(dispatch)).toBe(48);
  expect([0, 1, 2].map((m) => view.getFloat32(16 + 16 * m + 4, true))).toEqual([0.25, 0.5, 0.75]);
  expect([0, 1, 2].map((m) => view.getUint32(16 + 16 * m, true))).toEqual([3, 3, 3]);
  expect(() => writeScalars(view, 16, dispatch, { rate: [1, 2] })).toThrow("the scalar rate");
});

test("a scalar that nobody gives is named", () => {
  const view = new DataView(new ArrayBuffer(32));
  expect(() => writeScalars(view, 0, { station, looped: {}, grid: [1, 1, 1] }, {})).toThrow("the scalar t");
});
