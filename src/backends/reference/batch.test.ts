/**
 * The twins that move data: batches out of resident rows, the state carried from the last step to the first, and row
 * norms. Rows are numbered so that every expected value can be read off.
 */
import { describe, expect, it } from "vitest";
import { batchGatherTwin } from "./batch-gather.ts";
import { batchGatherIdsTwin } from "./batch-gather-ids.ts";
import { carryStateTwin } from "./carry-state.ts";
import { keepStateTwin } from "./keep-state.ts";
import { resumeStateTwin } from "./resume-state.ts";
import { rowNormTwin } from "./row-norm.ts";

const T = 2;
const B = 3;
const R = 10;
const K = 2;
/** Two batches of three windows. */
const starts = Uint32Array.from([0, 4, 7, 6, 1, 3]);

describe("batch-gather", () => {
  it("cuts windows of consecutive rows, time-major, shifted, from the batch of `slot`", () => {
    const rows = Float64Array.from({ length: R * 2 }, (_, i) => Math.floor(i / 2) + (i % 2) / 10);
    const x = new Float64Array(T * B * 2).fill(-1);
    batchGatherTwin({ rows, starts, x }, { T, B, D: 2, R, K, shift: 1, slot: 1, live: 3 });
    expect([...x]).toEqual([7, 7.1, 2, 2.1, 4, 4.1, 8, 8.1, 3, 3.1, 5, 5.1]);
  });

  it("writes rows from `live` on as 0 and does not read their starts", () => {
    const rows = Float64Array.from({ length: R }, (_, i) => i + 1);
    const x = new Float64Array(T * B).fill(-1);
    const short = Uint32Array.from([0, 4_000_000_000, 4_000_000_000]);
    batchGatherTwin({ rows, starts: short, x }, { T, B, D: 1, R, K: 1, shift: 0, slot: 0, live: 1 });
    expect([...x]).toEqual([1, 0, 0, 2, 0, 0]);
  });
});

describe("batch-gather-ids", () => {
  it("does the same for ids", () => {
    const rows = Uint32Array.from({ length: R }, (_, i) => 100 + i);
    const ids = new Uint32Array(T * B).fill(9);
    batchGatherIdsTwin({ rows, starts, ids }, { T, B, R, K, shift: 1, slot: 1, live: 2 });
    expect([...ids]).toEqual([107, 102, 0, 108, 103, 0]);
  });
});

describe("carry-state", () => {
  it("copies h[T] to h[0] and leaves the rest", () => {
    const h = Float64Array.from([1, 2, 3, 4, 5, 6]); // [T+1, B, H] = [3, 2, 1]
    carryStateTwin({ h }, { T: 2, B: 2, H: 1 });
    expect([...h]).toEqual([5, 6, 3, 4, 5, 6]);
  });
});

describe("resume-state", () => {
  it("takes what was kept, or 0, and leaves the rest", () => {
    const kept = Float64Array.from([7, 8]);
    const h = Float64Array.from([1, 2, 3]);
    resumeStateTwin({ kept, h }, { N: 2, resume: 1 });
    expect([...h]).toEqual([7, 8, 3]);
    resumeStateTwin({ kept: Float64Array.from([Number.NaN, 1]), h }, { N: 2, resume: 0 });
    expect([...h]).toEqual([0, 0, 3]);
  });
});

describe("keep-state", () => {
  it("keeps the states from hOffset on unless a flag is raised", () => {
    const kept = new Float64Array(2);
    const h = Float64Array.from([1, 2, 3, 4]);
    keepStateTwin({ h, flags: Uint32Array.of(0), kept }, { N: 2, hOffset: 1 });
    expect([...kept]).toEqual([2, 3]);
    keepStateTwin({ h, flags: Uint32Array.of(8), kept }, { N: 2, hOffset: 2 });
    expect([...kept]).toEqual([2, 3]);
  });
});

describe("row-norm", () => {
  it("takes rows of H from xOffset", () => {
    const out = new Float64Array(2);
    rowNormTwin({ x: Float64Array.from([99, 3, 4, -5, 12, 99]), out }, { N: 2, H: 2, xOffset: 1 });
    expect([...out]).toEqual([5, 13]);
  });
});
