/**
 * What is done to the flat gradients and parameters around an optimizer: the norm, the count of what clipping by value
 * cuts off, the mask of pruning.
 */
import { describe, expect, it } from "vitest";
import { applyMaskTwin } from "./apply-mask.ts";
import { clipCountTwin } from "./clip-count.ts";
import { seededArray } from "./finite-differences.ts";
import { gradientNormTwin } from "./gradient-norm.ts";

const P = 4;
const M = 3;
const gradient = Float64Array.from([0.5, -2, 0, 1e-3]);

describe("clip-count", () => {
  const count = (limits: { readonly clip: number; readonly clipValue: number }) => {
    const clipped = new Uint32Array([7, 7, 7]);
    const norm = new Float64Array([2]);
    clipCountTwin({ grads: gradient, norm, clipped }, { P, M, slot: 1, ...limits });
    return [...clipped];
  };

  it("counts what lies beyond the limit after clipping by norm, into its row of the ring only", () => {
    expect(count({ clip: 0, clipValue: 0.4 })).toEqual([7, 2, 7]);
    // At half the length 0.25 is inside and −1 is not.
    expect(count({ clip: 1, clipValue: 0.4 })).toEqual([7, 1, 7]);
  });

  it("counts nothing that only reaches the limit, and nothing at all where clipping by value is off", () => {
    expect(count({ clip: 0, clipValue: 2 })).toEqual([7, 0, 7]);
    expect(count({ clip: 0, clipValue: 0 })).toEqual([7, 0, 7]);
  });
});

describe("apply-mask", () => {
  it("leaves exactly 0 where the mask is 0, also of −0 and of what is no number, and all else as it was", () => {
    const x = Float64Array.from([1.5, -2, -0, Number.NaN, -7]);
    applyMaskTwin({ x, mask: Float64Array.from([1, 0, 0, 0, 1]) }, { P: 5 });
    expect([...x]).toEqual([1.5, 0, 0, 0, -7]);
  });
});

describe("gradient-norm", () => {
  it("is 5 for 3 and 4, and raises no flag", () => {
    const norm = new Float64Array(1);
    const flags = new Uint32Array(1);
    gradientNormTwin({ grads: Float64Array.from([3, 0, -4, 0]), norm, flags }, { P, flagBit: 32 });
    expect([norm[0], flags[0]]).toEqual([5, 0]);
  });

  it.each([Number.NaN, Number.NEGATIVE_INFINITY])("raises its flag beside others for %s", (bad) => {
    const flags = new Uint32Array([1]);
    const grads = Float32Array.from([...seededArray("grads", P - 1), bad]);
    gradientNormTwin({ grads, norm: new Float32Array(1), flags }, { P, flagBit: 32 });
    expect(flags[0]).toBe(33);
  });
});
