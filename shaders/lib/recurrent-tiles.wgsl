// Products of a recurrence in register tiles: sums[b, c] = start[b, c] + Σ_k operand[b, k] · right[k, c], summed in rising order of k by
// fours. A load costs a software renderer as much as seven multiplications and a loop that nobody enters one turn, so tiles are as large
// as the rows allow: 16 × 16, 4 × 8 or 1 × 8, and loops test at their end. See `lib/recurrent-work` for `work`, to whose groups the
// columns are counted; columns and k beyond H load the last one again, where the operands are 0.
//
// The kernel declares `right_rows` and `load_right`, four numbers of a row of the right matrix; `bias4`, what a sum starts from;
// `finish_sum`, which stores a sum and tells whether it must be refined; and `refine`.

// Columns of the right matrix in group `group` of the sums.
fn columns_of(group: u32) -> vec4<u32> {
  let block = min(group / groups_of_units(), SUMS - 1u);
  return block * args.H + units_of(group - block * groups_of_units());
}

// Rows k … k+3 of the right matrix in four columns, one column of the matrix for each row.
fn load_block(k: vec4<u32>, j: vec4<u32>) -> mat4x4<f32> {
  return mat4x4<f32>(load_right(k.x, j), load_right(k.y, j), load_right(k.z, j), load_right(k.w, j));
}

// The groups of the sums to form, first to last exclusive, and the operands whose products are added up.
struct Product {
  first: u32,
  last: u32,
  operand: u32,
  operands: u32,
}

// Sums of the rows that start at `row`, at step t.
fn multiply(t: u32, row: u32, lane: u32, product: Product) {
  let width = select(2u, 4u, ROWS == 16u);
  var group = product.first + width * lane;
  if (group >= product.last) { return; }
  loop {
    var large = false;
    if (ROWS == 16u) {
      large = multiply_16(t, row, product, group);
    } else if (ROWS == 4u) {
      large = multiply_4(t, row, product, group);
    } else {
      large = multiply_1(t, row, product, group);
    }
    let end = select(row, min(row + ROWS, args.B), large);
    for (var b = row; b < end; b++) {
      for (var i = 0u; i < width; i++) {
        refine(t, b, product.operand, group + i);
      }
    }
    continuing {
      group += width * WORKGROUP_SIZE;
      break if group >= product.last;
    }
  }
}

fn multiply_16(t: u32, row: u32, product: Product, group: u32) -> bool {
  let j0 = columns_of(group);
  let j1 = columns_of(group + 1u);
  let j2 = columns_of(group + 2u);
  let j3 = columns_of(group + 3u);
  let first_x = work_start(row) + operand_place(product.operand);
  let step = operand_place(OPERANDS);
  let last = args.B - 1u - row;
  let x0 = first_x;
  let x1 = first_x + min(1u, last) * step;
  let x2 = first_x + min(2u, last) * step;
  let x3 = first_x + min(3u, last) * step;
  let x4 = first_x + min(4u, last) * step;
  let x5 = first_x + min(5u, last) * step;
  let x6 = first_x + min(6u, last) * step;
  let x7 = first_x + min(7u, last) * step;
  let x8 = first_x + min(8u, last) * step;
  let x9 = first_x + min(9u, last) * step;
  let x10 = first_x + min(10u, last) * step;
  let x11 = first_x + min(11u, last) * step;
  let x12 = first_x + min(12u, last) * step;
  let x13 = first_x + min(13u, last) * step;
  let x14 = first_x + min(14u, last) * step;
  let x15 = first_x + min(15u, last) * step;
  let bias_a = bias4(j0);
  let bias_b = bias4(j1);
  let bias_c = bias4(j2);
  let bias_d = bias4(j3);
  var a0 = bias_a; var b0 = bias_b; var c0 = bias_c; var d0 = bias_d;
  var a1 = bias_a; var b1 = bias_b; var c1 = bias_c; var d1 = bias_d;
  var a2 = bias_a; var b2 = bias_b; var c2 = bias_c; var d2 = bias_d;
  var a3 = bias_a; var b3 = bias_b; var c3 = bias_c; var d3 = bias_d;
  var a4 = bias_a; var b4 = bias_b; var c4 = bias_c; var d4 = bias_d;
  var a5 = bias_a; var b5 = bias_b; var c5 = bias_c; var d5 = bias_d;
  var a6 = bias_a; var b6 = bias_b; var c6 = bias_c; var d6 = bias_d;
  var a7 = bias_a; var b7 = bias_b; var c7 = bias_c; var d7 = bias_d;
  var a8 = bias_a; var b8 = bias_b; var c8 = bias_c; var d8 = bias_d;
  var a9 = bias_a; var b9 = bias_b; var c9 = bias_c; var d9 = bias_d;
  var a10 = bias_a; var b10 = bias_b; var c10 = bias_c; var d10 = bias_d;
  var a11 = bias_a; var b11 = bias_b; var c11 = bias_c; var d11 = bias_d;
  var a12 = bias_a; var b12 = bias_b; var c12 = bias_c; var d12 = bias_d;
  var a13 = bias_a; var b13 = bias_b; var c13 = bias_c; var d13 = bias_d;
  var a14 = bias_a; var b14 = bias_b; var c14 = bias_c; var d14 = bias_d;
  var a15 = bias_a; var b15 = bias_b; var c15 = bias_c; var d15 = bias_d;
  var x = 0u;
  var operand = product.operand;
  loop {
    var k = 0u;
    loop {
      let rows = right_rows(operand, k);
      let a = load_block(rows, j0);
      let b = load_block(rows, j1);
      let c = load_block(rows, j2);
      let d = load_block(rows, j3);
      let v0 = work[x0 + x + k]; a0 += a * v0; b0 += b * v0; c0 += c * v0; d0 += d * v0;
      let v1 = work[x1 + x + k]; a1 += a * v1; b1 += b * v1; c1 += c * v1; d1 += d * v1;
      let v2 = work[x2 + x + k]; a2 += a * v2; b2 += b * v2; c2 += c * v2; d2 += d * v2;
      let v3 = work[x3 + x + k]; a3 += a * v3; b3 += b * v3; c3 += c * v3; d3 += d * v3;
      let v4 = work[x4 + x + k]; a4 += a * v4; b4 += b * v4; c4 += c * v4; d4 += d * v4;
      let v5 = work[x5 + x + k]; a5 += a * v5; b5 += b * v5; c5 += c * v5; d5 += d * v5;
      let v6 = work[x6 + x + k]; a6 += a * v6; b6 += b * v6; c6 += c * v6; d6 += d * v6;
      let v7 = work[x7 + x + k]; a7 += a * v7; b7 += b * v7; c7 += c * v7; d7 += d * v7;
      let v8 = work[x8 + x + k]; a8 += a * v8; b8 += b * v8; c8 += c * v8; d8 += d * v8;
      let v9 = work[x9 + x + k]; a9 += a * v9; b9 += b * v9; c9 += c * v9; d9 += d * v9;
      let v10 = work[x10 + x + k]; a10 += a * v10; b10 += b * v10; c10 += c * v10; d10 += d * v10;
      let v11 = work[x11 + x + k]; a11 += a * v11; b11 += b * v11; c11 += c * v11; d11 += d * v11;
      let v12 = work[x12 + x + k]; a12 += a * v12; b12 += b * v12; c12 += c * v12; d12 += d * v12;
      let v13 = work[x13 + x + k]; a13 += a * v13; b13 += b * v13; c13 += c * v13; d13 += d * v13;
      let v14 = work[x14 + x + k]; a14 += a * v14; b14 += b * v14; c14 += c * v14; d14 += d * v14;
      let v15 = work[x15 + x + k]; a15 += a * v15; b15 += b * v15; c15 += c * v15; d15 += d * v15;
      continuing {
        k++;
        break if k >= groups_of_units();
      }
    }
    continuing {
      operand++;
      x += groups_of_units();
      break if operand >= product.operand + product.operands;
    }
  }
  // The sums move up four rows at a time, so that the code of four rows is compiled once; rows beyond B are the last one again.
  var large = false;
  var i = 0u;
  loop {
    let i0 = min(i, last);
    large |= finish_sum(t, row + i0, group, j0, a0);
    large |= finish_sum(t, row + i0, group + 1u, j1, b0);
    large |= finish_sum(t, row + i0, group + 2u, j2, c0);
    large |= finish_sum(t, row + i0, group + 3u, j3, d0);
    let i1 = min(i + 1u, last);
    large |= finish_sum(t, row + i1, group, j0, a1);
    large |= finish_sum(t, row + i1, group + 1u, j1, b1);
    large |= finish_sum(t, row + i1, group + 2u, j2, c1);
    large |= finish_sum(t, row + i1, group + 3u, j3, d1);
    let i2 = min(i + 2u, last);
    large |= finish_sum(t, row + i2, group, j0, a2);
    large |= finish_sum(t, row + i2, group + 1u, j1, b2);
    large |= finish_sum(t, row + i2, group + 2u, j2, c2);
    large |= finish_sum(t, row + i2, group + 3u, j3, d2);
    let i3 = min(i + 3u, last);
    large |= finish_sum(t, row + i3, group, j0, a3);
    large |= finish_sum(t, row + i3, group + 1u, j1, b3);
    large |= finish_sum(t, row + i3, group + 2u, j2, c3);
    large |= finish_sum(t, row + i3, group + 3u, j3, d3);
    a0 = a4; b0 = b4; c0 = c4; d0 = d4;
    a1 = a5; b1 = b5; c1 = c5; d1 = d5;
    a2 = a6; b2 = b6; c2 = c6; d2 = d6;
    a3 = a7; b3 = b7; c3 = c7; d3 = d7;
    a4 = a8; b4 = b8; c4 = c8; d4 = d8;
    a5 = a9; b5 = b9; c5 = c9; d5 = d9;
    a6 = a10; b6 = b10; c6 = c10; d6 = d10;
    a7 = a11; b7 = b11; c7 = c11; d7 = d11;
    a8 = a12; b8 = b12; c8 = c12; d8 = d12;
    a9 = a13; b9 = b13; c9 = c13; d9 = d13;
    a10 = a14; b10 = b14; c10 = c14; d10 = d14;
    a11 = a15; b11 = b15; c11 = c15; d11 = d15;
    continuing {
      i += 4u;
      break if i >= ROWS;
    }
  }
  return large;
}

fn multiply_4(t: u32, row: u32, product: Product, group: u32) -> bool {
  let j0 = columns_of(group);
  let j1 = columns_of(group + 1u);
  let first_x = work_start(row) + operand_place(product.operand);
  let step = operand_place(OPERANDS);
  let last = args.B - 1u - row;
  let x0 = first_x;
  let x1 = first_x + min(1u, last) * step;
  let x2 = first_x + min(2u, last) * step;
  let x3 = first_x + min(3u, last) * step;
  let bias_a = bias4(j0);
  let bias_b = bias4(j1);
  var a0 = bias_a; var b0 = bias_b;
  var a1 = bias_a; var b1 = bias_b;
  var a2 = bias_a; var b2 = bias_b;
  var a3 = bias_a; var b3 = bias_b;
  var x = 0u;
  var operand = product.operand;
  loop {
    var k = 0u;
    loop {
      let rows = right_rows(operand, k);
      let a = load_block(rows, j0);
      let b = load_block(rows, j1);
      let v0 = work[x0 + x + k]; a0 += a * v0; b0 += b * v0;
      let v1 = work[x1 + x + k]; a1 += a * v1; b1 += b * v1;
      let v2 = work[x2 + x + k]; a2 += a * v2; b2 += b * v2;
      let v3 = work[x3 + x + k]; a3 += a * v3; b3 += b * v3;
      continuing {
        k++;
        break if k >= groups_of_units();
      }
    }
    continuing {
      operand++;
      x += groups_of_units();
      break if operand >= product.operand + product.operands;
    }
  }
  var large = false;
  large |= finish_sum(t, row, group, j0, a0);
  large |= finish_sum(t, row, group + 1u, j1, b0);
  let i1 = min(1u, last);
  large |= finish_sum(t, row + i1, group, j0, a1);
  large |= finish_sum(t, row + i1, group + 1u, j1, b1);
  let i2 = min(2u, last);
  large |= finish_sum(t, row + i2, group, j0, a2);
  large |= finish_sum(t, row + i2, group + 1u, j1, b2);
  let i3 = min(3u, last);
  large |= finish_sum(t, row + i3, group, j0, a3);
  large |= finish_sum(t, row + i3, group + 1u, j1, b3);
  return large;
}

fn multiply_1(t: u32, row: u32, product: Product, group: u32) -> bool {
  let j0 = columns_of(group);
  let j1 = columns_of(group + 1u);
  let x0 = work_start(row) + operand_place(product.operand);
  let bias_a = bias4(j0);
  let bias_b = bias4(j1);
  var a0 = bias_a; var b0 = bias_b;
  var x = 0u;
  var operand = product.operand;
  loop {
    var k = 0u;
    loop {
      let rows = right_rows(operand, k);
      let a = load_block(rows, j0);
      let b = load_block(rows, j1);
      let v0 = work[x0 + x + k]; a0 += a * v0; b0 += b * v0;
      continuing {
        k++;
        break if k >= groups_of_units();
      }
    }
    continuing {
      operand++;
      x += groups_of_units();
      break if operand >= product.operand + product.operands;
    }
  }
  let large_a = finish_sum(t, row, group, j0, a0);
  let large_b = finish_sum(t, row, group + 1u, j1, b0);
  return large_a || large_b;
}
