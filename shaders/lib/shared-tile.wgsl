// A 64 × 64 tile of a matrix product by a workgroup of 256, for GPUs: 16 terms at a time go through workgroup memory, and every
// invocation sums 4 × 4 of the tile. The kernel declares `sums`, `load_left`, `load_right` and the workgroup memory `sh_left` and
// `sh_right`: four rows or columns for each term, 16 vectors and one more, so that few invocations meet in one bank.

const TILE: u32 = 64u;
const TERMS: u32 = 16u;
const PITCH: u32 = 17u;

// Neighbours load neighbouring terms where those are packed, otherwise neighbouring rows or columns.
fn own_place(operand: Operand, lane: u32) -> vec2<u32> {
  if (operand.term == 1u) { return vec2<u32>(lane % TERMS, lane / TERMS); }
  return vec2<u32>(lane / 16u, lane % 16u);
}

// Terms that are not there count 0 on the left; on the right the last one is loaded in their place.
fn load_shared(left: Operand, right: Operand, k: u32, end: u32, lane: u32) {
  let a = own_place(left, lane);
  let i = outer_starts(left, 4u * a.y) + vec4<u32>(min(k + a.x, end - 1u) * left.term);
  let rows = vec4<f32>(load_left(i.x), load_left(i.y), load_left(i.z), load_left(i.w));
  sh_left[a.x * PITCH + a.y] = select(vec4<f32>(), rows, k + a.x < end);
  let b = own_place(right, lane);
  sh_right[b.x * PITCH + b.y] = load_right(min(k + b.x, end - 1u) * right.term, outer_starts(right, 4u * b.y));
}

// All invocations of a workgroup call this with the same operands and terms.
fn sum_shared_tile(left: Operand, right: Operand, begin: u32, end: u32, lane: u32) {
  for (var k = begin; k < end; k += TERMS) {
    load_shared(left, right, k, end, lane);
    workgroupBarrier();
    for (var term = 0u; term < TERMS; term++) {
      let row = sh_left[term * PITCH + lane / 16u];
      let columns = sh_right[term * PITCH + lane % 16u];
      sums[0] += row.x * columns;
      sums[1] += row.y * columns;
      sums[2] += row.z * columns;
      sums[3] += row.w * columns;
    }
    workgroupBarrier();
  }
}

// The invocation's sums, to element (row, column) at start + row·stride + column.
fn write_shared_tile(start: u32, stride: u32, left: Operand, right: Operand, lane: u32) {
  let column = right.first + 4u * (lane % 16u);
  let first = left.first + 4u * (lane / 16u);
  if (column > right.last) { return; }
  for (var row = first; row < min(first + 4u, left.last + 1u); row++) {
    write_columns(start + row * stride + column, right.last + 1u - column, sums[row - first]);
  }
}
