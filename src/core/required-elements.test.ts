/** The little grammar of contract shapes, and the reach of windows. */
import { describe, expect, it } from "vitest";
import { ContractError } from "./errors.ts";
import type { TensorContract } from "./operation.ts";
import { evaluateExtent, requiredElements } from "./required-elements.ts";

const numbers = { T: 5, B: 2, H: 3, K: 7, first: 4, step: 10 };

describe("evaluateExtent", () => {
  it.each([
    ["H", 3],
    ["4", 4],
    ["3H", 9],
    ["T+1", 6],
    ["K·B", 14],
    ["2K·B+T", 33],
  ])("%s is %i", (expression, value) => {
    expect(evaluateExtent(expression, numbers)).toBe(value);
  });

  it.each(["S", "3S", "", "T-1", "T+", "T H"])("refuses %j", (expression) => {
    expect(() => evaluateExtent(expression, numbers)).toThrow(ContractError);
  });
});

describe("requiredElements", () => {
  const tensor: TensorContract = { access: "in", type: "f32", shape: ["T", "B", "H"], about: "rows" };

  it("is the product of the axes of a packed tensor", () => {
    expect(requiredElements(tensor, numbers)).toBe(30);
  });

  it("reaches to the last element of the last row of a window", () => {
    expect(requiredElements({ ...tensor, window: { offset: "first", stride: "step" } }, numbers)).toBe(4 + 9 * 10 + 3);
    expect(requiredElements({ ...tensor, window: { offset: "first" } }, numbers)).toBe(4 + 30);
  });

  it("refuses rows that overlap, but not a single row", () => {
    const window = { offset: "first", stride: "step" };
    expect(() => requiredElements({ ...tensor, window }, { ...numbers, step: 2 })).toThrow(ContractError);
    expect(requiredElements({ ...tensor, shape: ["H"], window }, { ...numbers, step: 2 })).toBe(7);
  });
});
