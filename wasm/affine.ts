/**
 * The affine operations over whole sequences: projection, its gradients with respect to rows, weights and bias, and the
 * gather forms for token ids. Each `class` is the block of arguments of one operation as `src/backends/wasm/` writes it:
 * addresses in bytes, then the contract's numbers, all f64.
 */
import { correctLargeRow } from "./exact-sum";
import { DEPTH, multiply, pack, packedBytes, packRows, packTransposed, ZEROS } from "./multiply";
import { loadLanes, storeLanes } from "./simd";

@unmanaged
class ProjectForward {
  x: f64;
  W: f64;
  b: f64;
  out: f64;
  N: f64;
  D: f64;
  C: f64;
  xOffset: f64;
  xStride: f64;
  outOffset: f64;
  outStride: f64;
  scratch: f64; // W in panels
}

/** x W + b. */
export function projectForward(call: ProjectForward): void {
  const N = <usize>call.N;
  const D = <usize>call.D;
  const C = <usize>call.C;
  const W = <usize>call.W;
  const b = <usize>call.b;
  const panels = <usize>call.scratch;
  const xRow = <usize>call.xStride * 4;
  const outRow = <usize>call.outStride * 4;
  const x = <usize>call.x + <usize>call.xOffset * 4;
  const out = <usize>call.out + <usize>call.outOffset * 4;
  pack(W, C * 4, D, C, panels);
  multiply(N, C, D, x, xRow, xRow, 4, panels, b, 0, 32, out, outRow);
  for (let n: usize = 0; n < N; n++) {
    correctLargeRow(out + n * outRow, C, b, x + n * xRow, W, C * 4, D);
  }
}

@unmanaged
class InputGradient {
  da: f64;
  W: f64;
  dx: f64;
  N: f64;
  D: f64;
  C: f64;
  daOffset: f64;
  daStride: f64;
  dxOffset: f64;
  dxStride: f64;
  scratch: f64; // Wᵀ in panels
}

/** da Wᵀ. */
export function inputGradient(call: InputGradient): void {
  const D = <usize>call.D;
  const C = <usize>call.C;
  const panels = <usize>call.scratch;
  const da = <usize>call.da + <usize>call.daOffset * 4;
  const dx = <usize>call.dx + <usize>call.dxOffset * 4;
  packTransposed(<usize>call.W, C * 4, C, D, panels);
  const daRow = <usize>call.daStride * 4;
  multiply(<usize>call.N, D, C, da, daRow, daRow, 4, panels, ZEROS, 0, 0, dx, <usize>call.dxStride * 4);
}

@unmanaged
class WeightGradient {
  left: f64;
  right: f64;
  dW: f64;
  N: f64;
  D: f64;
  C: f64;
  leftOffset: f64;
  leftStride: f64;
  rightOffset: f64;
  rightStride: f64;
  outOffset: f64;
  outStride: f64;
  scratch: f64; // DEPTH rows of right in panels, then as many of left in tiles
}

/** leftᵀ right, DEPTH rows at a time; both are copied together first, because rows of a record lie far apart. */
export function weightGradient(call: WeightGradient): void {
  const N = <usize>call.N;
  const D = <usize>call.D;
  const C = <usize>call.C;
  const leftRow = <usize>call.leftStride * 4;
  const rightRow = <usize>call.rightStride * 4;
  const outRow = <usize>call.outStride * 4;
  const left = <usize>call.left + <usize>call.leftOffset * 4;
  const right = <usize>call.right + <usize>call.rightOffset * 4;
  const out = <usize>call.dW + <usize>call.outOffset * 4;
  const panels = <usize>call.scratch;
  const columns = panels + packedBytes(min(DEPTH, N), C);
  for (let n: usize = 0; n < N; n += DEPTH) {
    const terms = min(DEPTH, N - n);
    pack(right + n * rightRow, rightRow, terms, C, panels);
    const start = n == 0 ? ZEROS : out;
    const startRow: usize = n == 0 ? 0 : outRow;
    const startPanel: usize = n == 0 ? 0 : 32;
    packRows(left + n * leftRow, leftRow, terms, D, columns);
    multiply(D, C, terms, columns, terms * 4, 4, 24, panels, start, startRow, startPanel, out, outRow);
  }
}

@unmanaged
class BiasGradient {
  right: f64;
  db: f64;
  N: f64;
  C: f64;
  rightOffset: f64;
  rightStride: f64;
  outOffset: f64;
  scratch: f64;
}

/** Column sums: blocks of DEPTH rows are summed in registers, 16 columns at a time, and then added up. */
export function biasGradient(call: BiasGradient): void {
  const N = <usize>call.N;
  const C = <usize>call.C;
  const row = <usize>call.rightStride * 4;
  const right = <usize>call.right + <usize>call.rightOffset * 4;
  const db = <usize>call.db + <usize>call.outOffset * 4;
  for (let n: usize = 0; n < N; n += DEPTH) {
    const rows = min(DEPTH, N - n);
    const from = right + n * row;
    let c: usize = 0;
    for (; c + 16 <= C; c += 16) addColumns(from + c * 4, row, rows, db + c * 4, n == 0);
    for (; c < C; c += 4) addPart(from + c * 4, row, rows, db + c * 4, n == 0, C - c);
  }
}

function addColumns(at: usize, row: usize, rows: usize, to: usize, first: bool): void {
  let s0 = f32x4.splat(0);
  let s1 = s0;
  let s2 = s0;
  let s3 = s0;
  for (let n: usize = 0; n < rows; n++) {
    s0 = f32x4.add(s0, v128.load(at));
    s1 = f32x4.add(s1, v128.load(at, 16));
    s2 = f32x4.add(s2, v128.load(at, 32));
    s3 = f32x4.add(s3, v128.load(at, 48));
    at += row;
  }
  v128.store(to, first ? s0 : f32x4.add(v128.load(to), s0));
  v128.store(to, first ? s1 : f32x4.add(v128.load(to, 16), s1), 16);
  v128.store(to, first ? s2 : f32x4.add(v128.load(to, 32), s2), 32);
  v128.store(to, first ? s3 : f32x4.add(v128.load(to, 48), s3), 48);
}

function addPart(at: usize, row: usize, rows: usize, to: usize, first: bool, lanes: usize): void {
  let sum = f32x4.splat(0);
  for (let n: usize = 0; n < rows; n++) {
    sum = f32x4.add(sum, loadLanes(at, lanes));
    at += row;
  }
  storeLanes(to, first ? sum : f32x4.add(loadLanes(to, lanes), sum), lanes);
}

@unmanaged
class GatherForward {
  ids: f64;
  W: f64;
  b: f64;
  out: f64;
  N: f64;
  D: f64;
  C: f64;
  outOffset: f64;
  outStride: f64;
  biased: f64;
  scratch: f64;
}

/** Rows of W by id, plus b where there is one. */
export function gatherForward(call: GatherForward): void {
  const N = <usize>call.N;
  const C = <usize>call.C;
  const ids = <usize>call.ids;
  const W = <usize>call.W;
  const b = <usize>call.b;
  const biased = call.biased == 1;
  const row = <usize>call.outStride * 4;
  let to = <usize>call.out + <usize>call.outOffset * 4;
  for (let n: usize = 0; n < N; n++) {
    const from = W + <usize>load<u32>(ids + n * 4) * (C * 4);
    for (let c: usize = 0; c < C; c += 4) {
      const value = loadLanes(from + c * 4, C - c);
      storeLanes(to + c * 4, biased ? f32x4.add(loadLanes(b + c * 4, C - c), value) : value, C - c);
    }
    to += row;
  }
}

@unmanaged
class GatherBackward {
  ids: f64;
  da: f64;
  dW: f64;
  N: f64;
  D: f64;
  C: f64;
  daOffset: f64;
  daStride: f64;
  padding: f64;
  scratch: f64;
}

/** Rows of da are added to rows of dW in ascending n, as in the twin. */
export function gatherBackward(call: GatherBackward): void {
  const N = <usize>call.N;
  const C = <usize>call.C;
  const ids = <usize>call.ids;
  const dW = <usize>call.dW;
  const padding = <u32>call.padding;
  const row = <usize>call.daStride * 4;
  let from = <usize>call.da + <usize>call.daOffset * 4;
  memory.fill(dW, 0, <usize>call.D * C * 4);
  for (let n: usize = 0; n < N; n++) {
    const id = load<u32>(ids + n * 4);
    if (id != padding) {
      const to = dW + <usize>id * (C * 4);
      for (let c: usize = 0; c < C; c += 4) {
        const sum = f32x4.add(loadLanes(to + c * 4, C - c), loadLanes(from + c * 4, C - c));
        storeLanes(to + c * 4, sum, C - c);
      }
    }
    from += row;
  }
}
