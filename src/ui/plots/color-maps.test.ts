import { describe, expect, test } from "vitest";
import {
  type ColorTable,
  colorEntry,
  DIVERGING_DARK,
  DIVERGING_LIGHT,
  DIVERGING_ZERO,
  SEQUENTIAL,
  scaleOf,
} from "./color-maps.ts";

const bytesAt = (table: ColorTable, entry: number) => [...table.subarray(entry * 4, entry * 4 + 3)];

/** CIE L* of an entry, by the standard's own formulas: independent of the Oklab arithmetic under test. */
function lightness(table: ColorTable, entry: number): number {
  const [red, green, blue] = bytesAt(table, entry).map((byte) => {
    const share = byte / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  const luminance = 0.2126 * red! + 0.7152 * green! + 0.0722 * blue!;
  return luminance > 216 / 24389 ? 116 * Math.cbrt(luminance) - 16 : (luminance * 24389) / 27;
}

describe("sequential map", () => {
  test("passes within 8/255 of viridis' published anchors", () => {
    // https://bids.github.io/colormap/, the five-colour viridis of d3 and R.
    const anchors = { 0: [68, 1, 84], 64: [59, 82, 139], 128: [33, 144, 141], 191: [93, 201, 99], 255: [253, 231, 37] };
    for (const [entry, expected] of Object.entries(anchors)) {
      bytesAt(SEQUENTIAL, Number(entry)).forEach((byte, channel) => {
        expect(Math.abs(byte - expected[channel]!)).toBeLessThanOrEqual(8);
      });
    }
  });

  test("grows lighter all along, in steps that never stall over eight entries", () => {
    for (let entry = 8; entry < 256; entry++) {
      expect(lightness(SEQUENTIAL, entry)).toBeGreaterThan(lightness(SEQUENTIAL, entry - 8));
    }
  });
});

describe.each([
  ["light", DIVERGING_LIGHT, -1],
  ["dark", DIVERGING_DARK, 1],
] as const)("diverging map on %s paper", (_, table, direction) => {
  test("zero is a pure grey", () => {
    const [red, green, blue] = bytesAt(table, DIVERGING_ZERO);
    expect(red).toBe(green);
    expect(green).toBe(blue);
  });

  test("both arms have the same lightness at the same distance from zero, within 4 of 100", () => {
    for (let size = 1; size <= 127; size++) {
      const difference = lightness(table, DIVERGING_ZERO + size) - lightness(table, DIVERGING_ZERO - size);
      expect(Math.abs(difference)).toBeLessThanOrEqual(4);
    }
  });

  test("lightness leaves zero monotonically on both sides", () => {
    for (let size = 8; size <= 127; size++) {
      for (const side of [-1, 1]) {
        const outer = lightness(table, DIVERGING_ZERO + side * size);
        const inner = lightness(table, DIVERGING_ZERO + side * (size - 8));
        expect(direction * (outer - inner)).toBeGreaterThan(0);
      }
    }
  });

  test("positive is blue, negative is orange, and no channel is cut off at the ends", () => {
    const [positiveRed, , positiveBlue] = bytesAt(table, DIVERGING_ZERO + 127);
    const [negativeRed, , negativeBlue] = bytesAt(table, DIVERGING_ZERO - 127);
    expect(positiveBlue! - positiveRed!).toBeGreaterThan(60);
    expect(negativeRed! - negativeBlue!).toBeGreaterThan(60);
    for (const entry of [1, 255]) {
      for (const byte of bytesAt(table, entry)) {
        expect(byte).toBeGreaterThan(0);
        expect(byte).toBeLessThan(255);
      }
    }
  });
});

describe("colour of a value", () => {
  const gate = scaleOf("gate", new Float32Array([0.2]), "light");
  const state = scaleOf("state", new Float32Array([-0.5, 1.5]), "light");

  test("a gate runs from the first entry to the last", () => {
    expect(colorEntry(gate, 0)).toBe(0);
    expect(colorEntry(gate, 1)).toBe(255);
    expect(colorEntry(gate, -3)).toBe(0);
    expect(colorEntry(gate, 7)).toBe(255);
  });

  test("a state is symmetric around its grey zero", () => {
    expect(state.high).toBe(2);
    expect(colorEntry(state, 0)).toBe(DIVERGING_ZERO);
    for (const value of [0.01, 0.3, 1, 2, 9]) {
      expect(colorEntry(state, value)! - DIVERGING_ZERO).toBe(DIVERGING_ZERO - colorEntry(state, -value)!);
    }
  });

  test("what is not a number has no colour, and does not stretch the scale", () => {
    expect(colorEntry(gate, Number.NaN)).toBeNull();
    expect(scaleOf("state", new Float32Array([Number.NaN, Number.POSITIVE_INFINITY, 0.4]), "dark").high).toBe(1);
  });

  test("gates and states never share a table", () => {
    expect(gate.table).not.toBe(state.table);
  });
});
