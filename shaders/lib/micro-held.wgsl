// U of a recurrence while training-steps, `micro`, walks through time. Each lane keeps its four units of U, for every gate 8 blocks
// of 4 × 4 in `held`, and `vector` is the row that meets them (up to 32 units). A load from the arena costs a software adapter six
// times a multiplication, and here U is loaded once for all steps. Indices are written out because a computed one costs as much as
// a load.

// Blocks that the products below use: those that exist, up to the next power of two.
fn blocks_used(H: u32) -> u32 {
  return select(select(select(8u, 4u, H <= 16u), 2u, H <= 8u), 1u, H <= 4u);
}

// Keeps U of `gates` gates: element (term k, own unit) of gate g lies at U + g·H + k·termStride + unit. Terms beyond H are 0.
fn hold(U: u32, gates: u32, H: u32, termStride: u32, units: vec4<u32>) {
  let blocks = blocks_used(H);
  for (var g = 0u; g < gates; g++) {
    for (var block = 0u; block < blocks; block++) {
      let k = block * 4u + vec4<u32>(0u, 1u, 2u, 3u);
      let at = U + g * H + min(k, vec4<u32>(H - 1u)) * termStride;
      let exists = vec4<f32>(k < vec4<u32>(H));
      held[g * 8u + block] = mat4x4<f32>(
        load4(at.x, units) * exists.x,
        load4(at.y, units) * exists.y,
        load4(at.z, units) * exists.z,
        load4(at.w, units) * exists.w,
      );
    }
  }
}

// The row of H elements at `at` becomes `vector`.
fn take_vector(at: u32, H: u32) {
  vector[0] = load4(at, neighbours(0u, H));
  if (UNITS > 4u) {
    if (H > 4u) {
      vector[1] = load4(at, neighbours(4u, H));
    }
  }
  if (UNITS > 8u) {
    if (H > 8u) {
      vector[2] = load4(at, neighbours(8u, H));
      vector[3] = load4(at, neighbours(12u, H));
    }
  }
  if (UNITS > 16u) {
    if (H > 16u) {
      vector[4] = load4(at, neighbours(16u, H));
      vector[5] = load4(at, neighbours(20u, H));
      vector[6] = load4(at, neighbours(24u, H));
      vector[7] = load4(at, neighbours(28u, H));
    }
  }
}

// What gate 0 makes of `vector` for the four own units.
fn product_0(H: u32) -> vec4<f32> {
  var sum = held[0] * vector[0];
  if (UNITS > 4u) {
    if (H > 4u) {
      sum += held[1] * vector[1];
    }
  }
  if (UNITS > 8u) {
    if (H > 8u) {
      sum += held[2] * vector[2] + held[3] * vector[3];
    }
  }
  if (UNITS > 16u) {
    if (H > 16u) {
      sum += (held[4] * vector[4] + held[5] * vector[5]) + (held[6] * vector[6] + held[7] * vector[7]);
    }
  }
  return sum;
}

fn product_1(H: u32) -> vec4<f32> {
  var sum = held[8] * vector[0];
  if (UNITS > 4u) {
    if (H > 4u) {
      sum += held[9] * vector[1];
    }
  }
  if (UNITS > 8u) {
    if (H > 8u) {
      sum += held[10] * vector[2] + held[11] * vector[3];
    }
  }
  if (UNITS > 16u) {
    if (H > 16u) {
      sum += (held[12] * vector[4] + held[13] * vector[5]) + (held[14] * vector[6] + held[15] * vector[7]);
    }
  }
  return sum;
}

fn product_2(H: u32) -> vec4<f32> {
  var sum = held[16] * vector[0];
  if (UNITS > 4u) {
    if (H > 4u) {
      sum += held[17] * vector[1];
    }
  }
  if (UNITS > 8u) {
    if (H > 8u) {
      sum += held[18] * vector[2] + held[19] * vector[3];
    }
  }
  if (UNITS > 16u) {
    if (H > 16u) {
      sum += (held[20] * vector[4] + held[21] * vector[5]) + (held[22] * vector[6] + held[23] * vector[7]);
    }
  }
  return sum;
}

fn product_3(H: u32) -> vec4<f32> {
  var sum = held[24] * vector[0];
  if (UNITS > 4u) {
    if (H > 4u) {
      sum += held[25] * vector[1];
    }
  }
  if (UNITS > 8u) {
    if (H > 8u) {
      sum += held[26] * vector[2] + held[27] * vector[3];
    }
  }
  if (UNITS > 16u) {
    if (H > 16u) {
      sum += (held[28] * vector[4] + held[29] * vector[5]) + (held[30] * vector[6] + held[31] * vector[7]);
    }
  }
  return sum;
}
