/**
 * The one cursor of the page: which view, which time step t and which unit j, all as indices from 0 (the page shows them
 * from 1). `unit` names a unit, not a row on the screen, so the cursor stays on its unit when the units are sorted anew.
 */

/** A place in the gates. `view` is the name of a gate or state, e.g. "z". A pinned cursor ignores the pointer. */
export interface Cursor {
  readonly layer: number;
  readonly view: string;
  readonly t: number;
  readonly unit: number;
  readonly pinned: boolean;
}

/** Units that Page Up and Page Down jump. */
export const PAGE_UNITS = 8;

/** What the cursor moves over: T steps, and the units of the layer from top to bottom as they are drawn. */
export interface CursorGround {
  readonly steps: number;
  readonly order: Uint32Array;
}

const within = (value: number, count: number): number => Math.max(0, Math.min(count - 1, value));

/**
 * The cursor after a key, or null when the key means nothing here. Escape is not handled: clearing is the caller's.
 * Left and right move in time, up and down through the units as drawn, Home and End to the first and last step.
 */
export function moveCursor(cursor: Cursor, key: string, ground: CursorGround): Cursor | null {
  const row = Math.max(0, ground.order.indexOf(cursor.unit));
  const atRow = (next: number): Cursor => {
    return { ...cursor, unit: ground.order[within(next, ground.order.length)] ?? 0 };
  };
  const atStep = (next: number): Cursor => ({ ...cursor, t: within(next, ground.steps) });
  switch (key) {
    case "ArrowLeft":
      return atStep(cursor.t - 1);
    case "ArrowRight":
      return atStep(cursor.t + 1);
    case "ArrowUp":
      return atRow(row - 1);
    case "ArrowDown":
      return atRow(row + 1);
    case "PageUp":
      return atRow(row - PAGE_UNITS);
    case "PageDown":
      return atRow(row + PAGE_UNITS);
    case "Home":
      return atStep(0);
    case "End":
      return atStep(ground.steps - 1);
    case "Enter":
      return { ...cursor, pinned: !cursor.pinned };
    default:
      return null;
  }
}

/** Extent of a view on the screen, in CSS pixels. */
export interface Extent {
  readonly width: number;
  readonly height: number;
}

/** Step and unit under a point of a view, by the same division as `drawHeatmap`. */
export function cellAt(point: { readonly x: number; readonly y: number }, extent: Extent, ground: CursorGround) {
  const t = within(Math.floor((point.x / extent.width) * ground.steps), ground.steps);
  const row = within(Math.floor((point.y / extent.height) * ground.order.length), ground.order.length);
  return { t, unit: ground.order[row] ?? 0 };
}
