/**
 * The one matrix product, C = start + A B, from which projections, gradients and recurrences are made. B is packed into
 * panels of 8 columns first; A is read where it lies, through two distances in bytes (from row to row, and along the
 * summed axis), so that a transposed A costs nothing. Along the summed axis at most DEPTH terms are taken at a time.
 *
 * A tile is 6 × 8: twelve sums, two vectors of B and one number of A fill the 15 vector registers that engines leave on
 * x86. Measured on one Cascade Lake core, GFLOP/s: 6 × 8 37–39 with fused multiply-add and 24.5 without, 4 × 8 33 and 24.
 */
import { loadLanes, madd, storeLanes } from "./simd";

/** Columns of a panel. */
const WIDTH: usize = 8;

/** Rows of a tile. */
const HEIGHT: usize = 6;

/** Terms taken at a time: a panel of 8 KiB and six rows of A stay in the first-level cache. */
export const DEPTH: usize = 256;

/** Rows of A that meet all panels before the next ones do: they stay in the second-level cache. */
const BLOCK_ROWS: usize = 96;

/** Bytes that nothing ever writes but zeros, the `start` of sums that start at 0. */
export const ZEROS: usize = 0;

/** Where a tile goes whose last columns do not exist: 6 × 8 numbers. */
const EDGE: usize = 64;

/** Bytes of a packed matrix of `depth` rows. */
@inline
export function packedBytes(depth: usize, columns: usize): usize {
  return ((columns + WIDTH - 1) / WIDTH) * (depth * (WIDTH * 4));
}

/** Packs B [depth, columns] with rows `row` bytes apart; columns that do not exist become 0. */
export function pack(b: usize, row: usize, depth: usize, columns: usize, panels: usize): void {
  for (let k0: usize = 0; k0 < depth; k0 += DEPTH) {
    const k1 = min(k0 + DEPTH, depth);
    for (let n: usize = 0; n < columns; n += WIDTH) {
      const left = columns - n;
      let at = b + k0 * row + n * 4;
      for (let k = k0; k < k1; k++) {
        v128.store(panels, loadLanes(at, left));
        v128.store(panels, left > 4 ? loadLanes(at + 16, left - 4) : f32x4.splat(0), 16);
        at += row;
        panels += WIDTH * 4;
      }
    }
  }
}

/** Packs Bᵀ, of which B [columns, depth] has rows `row` bytes apart. */
export function packTransposed(b: usize, row: usize, depth: usize, columns: usize, panels: usize): void {
  for (let k0: usize = 0; k0 < depth; k0 += DEPTH) {
    const k1 = min(k0 + DEPTH, depth);
    for (let n: usize = 0; n < columns; n += WIDTH) {
      for (let j: usize = 0; j < WIDTH; j++) {
        const at = b + (n + j) * row;
        const to = panels + j * 4;
        for (let k = k0; k < k1; k++) {
          store<f32>(to + (k - k0) * (WIDTH * 4), n + j < columns ? load<f32>(at + k * 4) : 0);
        }
      }
      panels += (k1 - k0) * (WIDTH * 4);
    }
  }
}

/** Packs rows of Aᵀ for tiles: six neighbouring columns stand together for each of the `depth` rows, `row` bytes apart. */
export function packRows(a: usize, row: usize, depth: usize, columns: usize, tiles: usize): void {
  for (let m: usize = 0; m < columns; m += HEIGHT) {
    const left = columns - m;
    let at = a + m * 4;
    for (let k: usize = 0; k < depth; k++) {
      storeLanes(tiles, loadLanes(at, left), 4);
      if (left > 4) store<u64>(tiles, left > 5 ? load<u64>(at, 16) : load<u32>(at, 16), 16);
      at += row;
      tiles += HEIGHT * 4;
    }
  }
}

/**
 * C [rows, columns] = start + A B; `start` may be C itself. Distances in bytes. Rows of A lie `aRow` apart inside a tile; row m, the
 * first of one, at m · aTile (packed tiles: 4 · depth), which is aRow where A was not packed.
 */
export function multiply(
  rows: usize,
  columns: usize,
  depth: usize,
  a: usize,
  aTile: usize,
  aRow: usize,
  aStep: usize,
  panels: usize,
  start: usize,
  startRow: usize,
  startPanel: usize, // from one panel's columns to the next: 32, or 0 where all are alike
  c: usize,
  cRow: usize,
): void {
  for (let m0: usize = 0; m0 < rows; m0 += BLOCK_ROWS) {
    const m1 = min(m0 + BLOCK_ROWS, rows);
    let panel = panels;
    for (let k0: usize = 0; k0 < depth; k0 += DEPTH) {
      const terms = min(DEPTH, depth - k0);
      for (let n: usize = 0; n < columns; n += WIDTH) {
        const to = c + n * 4;
        const first = k0 == 0;
        const from = first ? start + (n / WIDTH) * startPanel : to;
        const fromRow = first ? startRow : cRow;
        const width = columns - n;
        for (let m = m0; m < m1; ) {
          const height = aTile == aRow ? tileHeight(m1 - m) : min(HEIGHT, m1 - m);
          const left = a + m * aTile + k0 * aStep;
          const target = to + m * cRow;
          if (width >= WIDTH) {
            multiplyTile(height, terms, left, aRow, aStep, panel, from + m * fromRow, fromRow, target, cRow);
          } else {
            multiplyTile(height, terms, left, aRow, aStep, panel, from + m * fromRow, fromRow, EDGE, WIDTH * 4);
            copyEdge(height, width, target, cRow);
          }
          m += height;
        }
        panel += terms * (WIDTH * 4);
      }
    }
  }
}

/** Six rows, or what is left in two even parts: a tile of one or two rows would wait for its own sums. */
@inline
function tileHeight(left: usize): usize {
  if (left <= HEIGHT) return left;
  return left < HEIGHT + 4 ? (left + 1) / 2 : HEIGHT;
}

function copyEdge(height: usize, width: usize, target: usize, cRow: usize): void {
  for (let m: usize = 0; m < height; m++) {
    const from = EDGE + m * (WIDTH * 4);
    const to = target + m * cRow;
    storeLanes(to, v128.load(from), width);
    if (width > 4) storeLanes(to + 16, v128.load(from, 16), width - 4);
  }
}

function multiplyTile(
  height: usize,
  terms: usize,
  a: usize,
  aRow: usize,
  aStep: usize,
  panel: usize,
  start: usize,
  startRow: usize,
  c: usize,
  cRow: usize,
): void {
  if (height == 6) tile(6, terms, a, aRow, aStep, panel, start, startRow, c, cRow);
  else if (height == 5) tile(5, terms, a, aRow, aStep, panel, start, startRow, c, cRow);
  else if (height == 4) tile(4, terms, a, aRow, aStep, panel, start, startRow, c, cRow);
  else if (height == 3) tile(3, terms, a, aRow, aStep, panel, start, startRow, c, cRow);
  else if (height == 2) tile(2, terms, a, aRow, aStep, panel, start, startRow, c, cRow);
  else tile(1, terms, a, aRow, aStep, panel, start, startRow, c, cRow);
}

/**
 * One tile; `height` is a literal, so that rows that do not exist leave no code. Sums begin with what is there: adding it
 * at the end makes V8 keep sums in memory throughout the loop (22 instead of 37 GFLOP/s).
 */
@inline
function tile(
  height: i32,
  terms: usize,
  a: usize,
  aRow: usize,
  aStep: usize,
  panel: usize,
  start: usize,
  startRow: usize,
  c: usize,
  cRow: usize,
): void {
  let a1 = a + aRow;
  let a2 = a1 + aRow;
  let a3 = a2 + aRow;
  let a4 = a3 + aRow;
  let a5 = a4 + aRow;
  let c00 = v128.load(start);
  let c01 = v128.load(start, 16);
  let c10 = height > 1 ? v128.load(start + startRow) : f32x4.splat(0);
  let c11 = height > 1 ? v128.load(start + startRow, 16) : f32x4.splat(0);
  let c20 = height > 2 ? v128.load(start + 2 * startRow) : f32x4.splat(0);
  let c21 = height > 2 ? v128.load(start + 2 * startRow, 16) : f32x4.splat(0);
  let c30 = height > 3 ? v128.load(start + 3 * startRow) : f32x4.splat(0);
  let c31 = height > 3 ? v128.load(start + 3 * startRow, 16) : f32x4.splat(0);
  let c40 = height > 4 ? v128.load(start + 4 * startRow) : f32x4.splat(0);
  let c41 = height > 4 ? v128.load(start + 4 * startRow, 16) : f32x4.splat(0);
  let c50 = height > 5 ? v128.load(start + 5 * startRow) : f32x4.splat(0);
  let c51 = height > 5 ? v128.load(start + 5 * startRow, 16) : f32x4.splat(0);
  for (const end = panel + terms * (WIDTH * 4); panel < end; panel += WIDTH * 4) {
    const b0 = v128.load(panel);
    const b1 = v128.load(panel, 16);
    const s0 = v128.load32_splat(a);
    c00 = madd(s0, b0, c00);
    c01 = madd(s0, b1, c01);
    a += aStep;
    if (height > 1) {
      const s1 = v128.load32_splat(a1);
      c10 = madd(s1, b0, c10);
      c11 = madd(s1, b1, c11);
      a1 += aStep;
    }
    if (height > 2) {
      const s2 = v128.load32_splat(a2);
      c20 = madd(s2, b0, c20);
      c21 = madd(s2, b1, c21);
      a2 += aStep;
    }
    if (height > 3) {
      const s3 = v128.load32_splat(a3);
      c30 = madd(s3, b0, c30);
      c31 = madd(s3, b1, c31);
      a3 += aStep;
    }
    if (height > 4) {
      const s4 = v128.load32_splat(a4);
      c40 = madd(s4, b0, c40);
      c41 = madd(s4, b1, c41);
      a4 += aStep;
    }
    if (height > 5) {
      const s5 = v128.load32_splat(a5);
      c50 = madd(s5, b0, c50);
      c51 = madd(s5, b1, c51);
      a5 += aStep;
    }
  }
  storeSums(c00, c01, c);
  if (height > 1) storeSums(c10, c11, c + cRow);
  if (height > 2) storeSums(c20, c21, c + 2 * cRow);
  if (height > 3) storeSums(c30, c31, c + 3 * cRow);
  if (height > 4) storeSums(c40, c41, c + 4 * cRow);
  if (height > 5) storeSums(c50, c51, c + 5 * cRow);
}

@inline
function storeSums(low: v128, high: v128, c: usize): void {
  v128.store(c, low);
  v128.store(c, high, 16);
}
