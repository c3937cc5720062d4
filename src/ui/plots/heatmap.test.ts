import { describe, expect, test } from "vitest";
import { type ColorScale, colorEntry, scaleOf } from "./color-maps.ts";
import { type Heatmap, paintHeatmap, partEdges, shownValue } from "./heatmap.ts";

const gate = scaleOf("gate", new Float32Array(), "light");
/** A colour as the pixel word it becomes, whatever the byte order. */
const word = (scale: ColorScale, value: number): number => {
  const entry = colorEntry(scale, value)!;
  return new Uint32Array(scale.table.slice(entry * 4, entry * 4 + 4).buffer)[0]!;
};

const values = new Float32Array([0, 0.25, 0.5, 0.75, 1, 0.125]); // [T = 3, H = 2]
const map: Heatmap = { values, steps: 3, order: new Uint32Array([1, 0]), scale: gate, complement: false };

describe("heatmap", () => {
  test("every pixel has the colour of the value under its middle, rows in the given order", () => {
    const [width, height] = [9, 6];
    const pixels = new Uint32Array(width * height);
    paintHeatmap(map, pixels, width);
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        const t = Math.floor(x / 3);
        const unit = y < 3 ? 1 : 0;
        expect(pixels[y * width + x]).toBe(word(gate, values[t * 2 + unit]!));
      }
    }
  });

  test("a width that the steps do not divide is covered without gap, each step within one pixel of its share", () => {
    const edges = partEdges(100, 7);
    expect(edges[0]).toBe(0);
    expect(edges[7]).toBe(100);
    for (let part = 0; part < 7; part++) {
      expect(Math.abs(edges[part + 1]! - edges[part]! - 100 / 7)).toBeLessThanOrEqual(1);
    }
  });

  test("more units than pixels: each pixel row is one real unit", () => {
    const units = 64;
    const tall = Float32Array.from({ length: units }, (_, unit) => unit / (units - 1)); // [T = 1, H = 64]
    const order = Uint32Array.from({ length: units }, (_, unit) => unit);
    const pixels = new Uint32Array(16);
    paintHeatmap({ values: tall, steps: 1, order, scale: gate, complement: false }, pixels, 1);
    const possible = new Set([...tall].map((value) => word(gate, value)));
    for (const pixel of pixels) expect(possible.has(pixel)).toBe(true);
    expect(new Set(pixels).size).toBe(16);
  });

  test("the complement shows 1 − z, in colour and in value", () => {
    const flipped = { ...map, complement: true };
    expect(shownValue(flipped, 1, 1)).toBe(1 - 0.75);
    const pixels = new Uint32Array(6);
    paintHeatmap(flipped, pixels, 3);
    expect(pixels[1]).toBe(word(gate, 0.25));
  });

  test("a value that is not a number is left transparent", () => {
    const holed = { ...map, values: new Float32Array([Number.NaN, 0, 0, 0, 0, 0]), order: new Uint32Array([0, 1]) };
    const pixels = new Uint32Array(6).fill(7);
    paintHeatmap(holed, pixels, 3);
    expect(pixels[0]).toBe(0);
    expect(pixels[1]).toBe(word(gate, 0));
  });
});
