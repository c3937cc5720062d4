// Routines of training-steps, `micro`: matrix products and column sums.

// What finishing a tile needs: where the operands begin, for the precise sum, and where the result goes.
struct Product {
  left: u32,
  leftRow: u32,
  right: u32,
  rightTerm: u32,
  terms: u32,
  bias: u32,
  out: u32,
  outRow: u32,
  columns: u32,
  biased: bool,
}

// One product for three operations, which differ in strides only:
//   out[outOffset + i·outRow + j] = (bias[j], if biased) + Σ_k left[leftOffset + i·leftRow + k·leftTerm] · right[rightOffset + k·rightTerm + j·rightColumn]
// A lane owns tiles of 8 × 8; at an edge it loads the last row or column again and stores only what exists. A biased product is a
// projection, whose large sums are formed again more precisely (its leftTerm and rightColumn are 1).
fn multiply(call: Call, lane: u32) {
  let left = tensor(call, 0u);
  let right = tensor(call, 1u);
  let bias = tensor(call, 2u);
  let out = tensor(call, 3u);
  let rows = number(call, 0u);
  let columns = number(call, 1u);
  let terms = number(call, 2u);
  let leftOffset = number(call, 3u);
  let leftRow = number(call, 4u);
  let leftTerm = number(call, 5u);
  let rightOffset = number(call, 6u);
  let rightTerm = number(call, 7u);
  let rightColumn = number(call, 8u);
  let outOffset = number(call, 9u);
  let outRow = number(call, 10u);
  let biased = number(call, 11u);
  let result = Product(
    left + leftOffset, leftRow, right + rightOffset, rightTerm, terms, bias, out + outOffset, outRow, columns, biased == 1u
  );
  let tiles = (columns + 7u) / 8u;
  for (var tile = lane; tile < tiles * ((rows + 7u) / 8u); tile += WORKGROUP_SIZE) {
    let i = (tile / tiles) * 8u;
    let j = (tile % tiles) * 8u;
    let i_lo = left + leftOffset + neighbours(i, rows) * leftRow;
    let i_hi = left + leftOffset + neighbours(i + 4u, rows) * leftRow;
    let j_lo = right + rightOffset + neighbours(j, columns) * rightColumn;
    let j_hi = right + rightOffset + neighbours(j + 4u, columns) * rightColumn;
    var lo0 = vec4<f32>(); var hi0 = vec4<f32>();
    var lo1 = vec4<f32>(); var hi1 = vec4<f32>();
    var lo2 = vec4<f32>(); var hi2 = vec4<f32>();
    var lo3 = vec4<f32>(); var hi3 = vec4<f32>();
    var lo4 = vec4<f32>(); var hi4 = vec4<f32>();
    var lo5 = vec4<f32>(); var hi5 = vec4<f32>();
    var lo6 = vec4<f32>(); var hi6 = vec4<f32>();
    var lo7 = vec4<f32>(); var hi7 = vec4<f32>();
    for (var k = 0u; k < terms; k++) {
      let l = k * leftTerm;
      let r_lo = load4(k * rightTerm, j_lo);
      let r_hi = load4(k * rightTerm, j_hi);
      let v0 = load(i_lo.x + l); lo0 += v0 * r_lo; hi0 += v0 * r_hi;
      let v1 = load(i_lo.y + l); lo1 += v1 * r_lo; hi1 += v1 * r_hi;
      let v2 = load(i_lo.z + l); lo2 += v2 * r_lo; hi2 += v2 * r_hi;
      let v3 = load(i_lo.w + l); lo3 += v3 * r_lo; hi3 += v3 * r_hi;
      let v4 = load(i_hi.x + l); lo4 += v4 * r_lo; hi4 += v4 * r_hi;
      let v5 = load(i_hi.y + l); lo5 += v5 * r_lo; hi5 += v5 * r_hi;
      let v6 = load(i_hi.z + l); lo6 += v6 * r_lo; hi6 += v6 * r_hi;
      let v7 = load(i_hi.w + l); lo7 += v7 * r_lo; hi7 += v7 * r_hi;
    }
    // The sums move down row by row, so that the code of one row is compiled once and not eight times.
    for (var row = i; row < min(i + 8u, rows); row++) {
      finish_product(result, row, j, lo0);
      if (j + 4u < columns) {
        finish_product(result, row, j + 4u, hi0);
      }
      lo0 = lo1; hi0 = hi1;
      lo1 = lo2; hi1 = hi2;
      lo2 = lo3; hi2 = hi3;
      lo3 = lo4; hi3 = hi4;
      lo4 = lo5; hi4 = hi5;
      lo5 = lo6; hi5 = hi6;
      lo6 = lo7; hi6 = hi7;
    }
  }
}

// Bias and place of four columns of row i.
fn finish_product(result: Product, i: u32, j: u32, product: vec4<f32>) {
  var sum = product;
  if (result.biased) {
    let c = neighbours(j, result.columns);
    let bias = load4(result.bias, c);
    sum += bias;
    if (is_large(sum)) {
      let from_ = result.left + i * result.leftRow;
      sum = precise_sum(vec4<f32>(), bias, result.terms, from_, result.right, result.rightTerm, c);
    }
  }
  store4(result.out + i * result.outRow + j, result.columns - j, sum);
}

// bias-gradient: db[outOffset + c] = Σ_n right[rightOffset + n·rightStride + c]. A lane owns four columns.
fn sum_columns(call: Call, lane: u32) {
  let right = tensor(call, 0u);
  let db = tensor(call, 1u);
  let N = number(call, 0u);
  let C = number(call, 1u);
  let rightOffset = number(call, 2u);
  let rightStride = number(call, 3u);
  let outOffset = number(call, 4u);
  for (var first = lane * 4u; first < C; first += WORKGROUP_SIZE * 4u) {
    let c = neighbours(first, C);
    var sum = vec4<f32>();
    for (var n = 0u; n < N; n++) {
      sum += load4(right + rightOffset + n * rightStride, c);
    }
    store4(db + outOffset + first, C - first, sum);
  }
}
