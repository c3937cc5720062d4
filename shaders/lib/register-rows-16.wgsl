// Stores the sums of a 16 × 16 tile: four rows at a time, whose sums then move up, so that the code of four rows is compiled once and no sum
// is found by an index, which a software renderer pays for like a load. Rows and columns beyond the last are the last one again, with its
// value, because a store that depends on a condition costs more. The kernel declares `finish_quad`, which stores four columns of a sum
// and tells whether they are large.

// Element (row, column) goes to start + row·stride + column; true where a sum is large. The sums are gone afterwards.
fn finish_tile(start: u32, stride: u32, left: Operand, right: Operand) -> bool {
  let j0 = tile_columns(right, 0u);
  let j1 = tile_columns(right, 4u);
  let j2 = tile_columns(right, 8u);
  let j3 = tile_columns(right, 12u);
  var large = false;
  var row = left.first;
  loop {
    let at0 = start + min(row, left.last) * stride;
    large |= finish_quad(at0, j0, sums[0]);
    large |= finish_quad(at0, j1, sums[1]);
    large |= finish_quad(at0, j2, sums[2]);
    large |= finish_quad(at0, j3, sums[3]);
    let at1 = start + min(row + 1u, left.last) * stride;
    large |= finish_quad(at1, j0, sums[4]);
    large |= finish_quad(at1, j1, sums[5]);
    large |= finish_quad(at1, j2, sums[6]);
    large |= finish_quad(at1, j3, sums[7]);
    let at2 = start + min(row + 2u, left.last) * stride;
    large |= finish_quad(at2, j0, sums[8]);
    large |= finish_quad(at2, j1, sums[9]);
    large |= finish_quad(at2, j2, sums[10]);
    large |= finish_quad(at2, j3, sums[11]);
    let at3 = start + min(row + 3u, left.last) * stride;
    large |= finish_quad(at3, j0, sums[12]);
    large |= finish_quad(at3, j1, sums[13]);
    large |= finish_quad(at3, j2, sums[14]);
    large |= finish_quad(at3, j3, sums[15]);
    sums[0] = sums[16];
    sums[1] = sums[17];
    sums[2] = sums[18];
    sums[3] = sums[19];
    sums[4] = sums[20];
    sums[5] = sums[21];
    sums[6] = sums[22];
    sums[7] = sums[23];
    sums[8] = sums[24];
    sums[9] = sums[25];
    sums[10] = sums[26];
    sums[11] = sums[27];
    sums[12] = sums[28];
    sums[13] = sums[29];
    sums[14] = sums[30];
    sums[15] = sums[31];
    sums[16] = sums[32];
    sums[17] = sums[33];
    sums[18] = sums[34];
    sums[19] = sums[35];
    sums[20] = sums[36];
    sums[21] = sums[37];
    sums[22] = sums[38];
    sums[23] = sums[39];
    sums[24] = sums[40];
    sums[25] = sums[41];
    sums[26] = sums[42];
    sums[27] = sums[43];
    sums[28] = sums[44];
    sums[29] = sums[45];
    sums[30] = sums[46];
    sums[31] = sums[47];
    sums[32] = sums[48];
    sums[33] = sums[49];
    sums[34] = sums[50];
    sums[35] = sums[51];
    sums[36] = sums[52];
    sums[37] = sums[53];
    sums[38] = sums[54];
    sums[39] = sums[55];
    sums[40] = sums[56];
    sums[41] = sums[57];
    sums[42] = sums[58];
    sums[43] = sums[59];
    sums[44] = sums[60];
    sums[45] = sums[61];
    sums[46] = sums[62];
    sums[47] = sums[63];
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
