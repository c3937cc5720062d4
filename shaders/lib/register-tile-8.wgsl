// A 8 × 8 tile of a matrix product in registers. Software renderers pay for every number that is loaded, so that a large tile that
// takes four terms at once is fastest there; WGSL unrolls nothing, hence the rows one by one. The kernel declares `sums`, to which the
// products are added, and `load_left` and `load_right`: one number of the left matrix, four of the right one.

const TILE: u32 = 8u;
const QUADS: u32 = 2u;

fn sum_tile(left: Operand, right: Operand, begin: u32, end: u32) {
  let a0 = outer_start(left, 0u);
  let a1 = outer_start(left, 1u);
  let a2 = outer_start(left, 2u);
  let a3 = outer_start(left, 3u);
  let a4 = outer_start(left, 4u);
  let a5 = outer_start(left, 5u);
  let a6 = outer_start(left, 6u);
  let a7 = outer_start(left, 7u);
  let j0 = outer_starts(right, 0u);
  let j1 = outer_starts(right, 4u);
  for (var k = begin; k < end; k += 4u) {
    let terms = four_terms(k, end);
    let l = terms * left.term;
    let r = terms * right.term;
    let live = live_terms(k, end);
    let w0 = load_block(r, j0);
    let w1 = load_block(r, j1);
    let v0 = load_terms(l, a0) * live;
    sums[0] += w0 * v0;
    sums[1] += w1 * v0;
    let v1 = load_terms(l, a1) * live;
    sums[2] += w0 * v1;
    sums[3] += w1 * v1;
    let v2 = load_terms(l, a2) * live;
    sums[4] += w0 * v2;
    sums[5] += w1 * v2;
    let v3 = load_terms(l, a3) * live;
    sums[6] += w0 * v3;
    sums[7] += w1 * v3;
    let v4 = load_terms(l, a4) * live;
    sums[8] += w0 * v4;
    sums[9] += w1 * v4;
    let v5 = load_terms(l, a5) * live;
    sums[10] += w0 * v5;
    sums[11] += w1 * v5;
    let v6 = load_terms(l, a6) * live;
    sums[12] += w0 * v6;
    sums[13] += w1 * v6;
    let v7 = load_terms(l, a7) * live;
    sums[14] += w0 * v7;
    sums[15] += w1 * v7;
  }
}
