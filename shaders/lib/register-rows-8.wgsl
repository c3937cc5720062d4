// Stores the sums of a 8 × 8 tile: four rows at a time, whose sums then move up, so that the code of four rows is compiled once and no sum
// is found by an index, which a software renderer pays for like a load. Rows and columns beyond the last are the last one again, with its
// value, because a store that depends on a condition costs more. The kernel declares `finish_quad`, which stores four columns of a sum
// and tells whether they are large.

// Element (row, column) goes to start + row·stride + column; true where a sum is large. The sums are gone afterwards.
fn finish_tile(start: u32, stride: u32, left: Operand, right: Operand) -> bool {
  let j0 = tile_columns(right, 0u);
  let j1 = tile_columns(right, 4u);
  var large = false;
  var row = left.first;
  loop {
    let at0 = start + min(row, left.last) * stride;
    large |= finish_quad(at0, j0, sums[0]);
    large |= finish_quad(at0, j1, sums[1]);
    let at1 = start + min(row + 1u, left.last) * stride;
    large |= finish_quad(at1, j0, sums[2]);
    large |= finish_quad(at1, j1, sums[3]);
    let at2 = start + min(row + 2u, left.last) * stride;
    large |= finish_quad(at2, j0, sums[4]);
    large |= finish_quad(at2, j1, sums[5]);
    let at3 = start + min(row + 3u, left.last) * stride;
    large |= finish_quad(at3, j0, sums[6]);
    large |= finish_quad(at3, j1, sums[7]);
    sums[0] = sums[8];
    sums[1] = sums[9];
    sums[2] = sums[10];
    sums[3] = sums[11];
    sums[4] = sums[12];
    sums[5] = sums[13];
    sums[6] = sums[14];
    sums[7] = sums[15];
    continuing {
      row += 4u;
      break if row >= left.first + TILE;
    }
  }
  return large;
}

fn tile_columns(right: Operand, i: u32) -> vec4<u32> {
  return min(vec4<u32>(right.first + i) + vec4<u32>(0u, 1u, 2u, 3u), vec4<u32>(right.last));
}
