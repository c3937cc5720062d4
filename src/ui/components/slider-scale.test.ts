import { describe, expect, test } from "vitest";
import { SLIDER_STEPS, type SliderRange, sliderPosition, sliderValue } from "./slider-scale.ts";

const learningRate: SliderRange = { minimum: 1e-7, maximum: 1e6, scale: "log", integer: false };
const smoothing: SliderRange = { minimum: 0, maximum: 0.99, scale: "linear", integer: false };
const units: SliderRange = { minimum: 1, maximum: 1024, scale: "log", integer: true };

describe("slider", () => {
  test("the ends are exactly the range", () => {
    for (const range of [learningRate, smoothing, units]) {
      expect(sliderValue(range, 0)).toBe(range.minimum);
      expect(sliderValue(range, SLIDER_STEPS)).toBe(range.maximum);
      expect(sliderPosition(range, range.minimum)).toBe(0);
      expect(sliderPosition(range, range.maximum)).toBe(SLIDER_STEPS);
    }
  });

  test("the middle of a logarithmic slider is the geometric mean", () => {
    expect(sliderValue(units, SLIDER_STEPS / 2)).toBe(32); // √(1 · 1024)
    expect(sliderPosition(units, 32)).toBe(SLIDER_STEPS / 2);
  });

  test("every position leads to a value inside the range and back to within one position, where values are dense", () => {
    for (let position = 0; position <= SLIDER_STEPS; position++) {
      const value = sliderValue(learningRate, position);
      expect(value).toBeGreaterThanOrEqual(learningRate.minimum);
      expect(value).toBeLessThanOrEqual(learningRate.maximum);
      expect(Math.abs(sliderPosition(learningRate, value) - position)).toBeLessThanOrEqual(1);
    }
  });

  test("an integer range gives whole numbers", () => {
    for (let position = 0; position <= SLIDER_STEPS; position++) {
      expect(Number.isInteger(sliderValue(units, position))).toBe(true);
    }
  });
});
