import { describe, expect, test } from "vitest";
import { type Cursor, cellAt, moveCursor, PAGE_UNITS } from "./cursor.ts";

const order = new Uint32Array([2, 0, 1]);
const ground = { steps: 5, order };
const start: Cursor = { layer: 0, view: "z", t: 2, unit: 0, pinned: false };

describe("keyboard cursor", () => {
  test.each([
    ["ArrowLeft", { t: 1, unit: 0 }],
    ["ArrowRight", { t: 3, unit: 0 }],
    ["ArrowUp", { t: 2, unit: 2 }],
    ["ArrowDown", { t: 2, unit: 1 }],
    ["Home", { t: 0, unit: 0 }],
    ["End", { t: 4, unit: 0 }],
    ["PageUp", { t: 2, unit: 2 }],
    ["PageDown", { t: 2, unit: 1 }],
  ])("%s", (key, expected) => {
    expect(moveCursor(start, key, ground)).toMatchObject(expected);
  });

  test("stops at every edge", () => {
    const corner = { ...start, t: 0, unit: 2 };
    expect(moveCursor(corner, "ArrowLeft", ground)).toEqual(corner);
    expect(moveCursor(corner, "ArrowUp", ground)).toEqual(corner);
    const other = { ...start, t: 4, unit: 1 };
    expect(moveCursor(other, "ArrowRight", ground)).toEqual(other);
    expect(moveCursor(other, "ArrowDown", ground)).toEqual(other);
  });

  test("a page is eight rows of the drawn order", () => {
    const tall = { steps: 1, order: Uint32Array.from({ length: 30 }, (_, row) => 29 - row) };
    const moved = moveCursor({ ...start, t: 0, unit: 29 }, "PageDown", tall);
    expect(moved?.unit).toBe(29 - PAGE_UNITS);
  });

  test("Enter pins and unpins, other keys are left to the page", () => {
    const pinned = moveCursor(start, "Enter", ground);
    expect(pinned?.pinned).toBe(true);
    expect(pinned && moveCursor(pinned, "Enter", ground)?.pinned).toBe(false);
    expect(moveCursor(start, " ", ground)).toBeNull();
    expect(moveCursor(start, "r", ground)).toBeNull();
  });
});

describe("cell under the pointer", () => {
  const extent = { width: 100, height: 30 };
  test("divides the extent equally and maps the row to its unit", () => {
    expect(cellAt({ x: 0, y: 0 }, extent, ground)).toEqual({ t: 0, unit: 2 });
    expect(cellAt({ x: 45, y: 15 }, extent, ground)).toEqual({ t: 2, unit: 0 });
    expect(cellAt({ x: 99.9, y: 29.9 }, extent, ground)).toEqual({ t: 4, unit: 1 });
  });
  test("a point on or beyond the far edge is in the last cell", () => {
    expect(cellAt({ x: 100, y: 31 }, extent, ground)).toEqual({ t: 4, unit: 1 });
    expect(cellAt({ x: -1, y: -1 }, extent, ground)).toEqual({ t: 0, unit: 2 });
  });
});
