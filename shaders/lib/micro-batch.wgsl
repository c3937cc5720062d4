// Routines of training-steps, `micro`: what surrounds the layers. Windows, rows by id, and sums over everything.

// batch-gather and batch-gather-ids: out[t, b, d] = b < live ? rows[starts[slot·B + b] + shift + t, d] : 0. Words are copied, so
// numbers and ids are alike.
fn cut_windows(call: Call, lane: u32) {
  let rows = tensor(call, 0u);
  let starts = tensor(call, 1u);
  let out = tensor(call, 2u);
  let T = number(call, 0u);
  let B = number(call, 1u);
  let D = number(call, 2u);
  let shift = number(call, 3u);
  let slot = scalar_word(call, 4u);
  let live = scalar_word(call, 5u);
  for (var i = lane; i < T * B * D; i += WORKGROUP_SIZE) {
    let d = i % D;
    let b = (i / D) % B;
    var word = 0u;
    if (b < live) {
      word = arena[rows + (arena[starts + slot * B + b] + shift + i / (D * B)) * D + d];
    }
    arena[out + i] = word;
  }
}

// gather-forward: out[outOffset + n·outStride + c] = W[ids[n], c], plus b[c] where biased = 1. A lane owns four columns of a row.
fn look_up(call: Call, lane: u32) {
  let ids = tensor(call, 0u);
  let W = tensor(call, 1u);
  let b = tensor(call, 2u);
  let out = tensor(call, 3u);
  let N = number(call, 0u);
  let C = number(call, 1u);
  let outOffset = number(call, 2u);
  let outStride = number(call, 3u);
  let biased = number(call, 4u);
  let tiles = (C + 3u) / 4u;
  for (var i = lane; i < N * tiles; i += WORKGROUP_SIZE) {
    let n = i / tiles;
    let first = (i % tiles) * 4u;
    let c = neighbours(first, C);
    var value = load4(W + arena[ids + n] * C, c);
    if (biased == 1u) {
      value += load4(b, c);
    }
    store4(out + outOffset + n * outStride + first, C - first, value);
  }
}

// gather-backward: dW[d, c] = Σ_{n: ids[n] = d} da[daOffset + n·daStride + c], 0 for d = padding. A lane owns four columns of every
// row of dW and adds in ascending n, so that two runs agree bit for bit.
fn add_by_id(call: Call, lane: u32) {
  let ids = tensor(call, 0u);
  let da = tensor(call, 1u);
  let dW = tensor(call, 2u);
  let N = number(call, 0u);
  let D = number(call, 1u);
  let C = number(call, 2u);
  let daOffset = number(call, 3u);
  let daStride = number(call, 4u);
  let padding = number(call, 5u);
  for (var first = lane * 4u; first < C; first += WORKGROUP_SIZE * 4u) {
    let c = neighbours(first, C);
    for (var d = 0u; d < D; d++) {
      store4(dW + d * C + first, C - first, vec4<f32>());
    }
    for (var n = 0u; n < N; n++) {
      let id = arena[ids + n];
      if (id != padding) {
        let to = dW + id * C;
        store4(to + first, C - first, load4(to, c) + load4(da + daOffset + n * daStride, c));
      }
    }
  }
}

// Sums over a whole tensor of N elements. kind 0, mask-count: total = Σ x. kind 1, reduce-loss: total = Σ x / (count · perRow), 0
// where nothing counts. kind 2, gradient-norm: total = √Σ x². The raw sum of kinds 1 and 2 is tested.
fn reduce(call: Call, lane: u32) {
  let x = tensor(call, 0u);
  let count = tensor(call, 1u);
  let total = tensor(call, 2u);
  let kind = number(call, 0u);
  let N = number(call, 1u);
  let perRow = number(call, 2u);
  let flagBit = number(call, 3u);
  var sums = vec4<f32>();
  for (var first = lane * 4u; first < N; first += WORKGROUP_SIZE * 4u) {
    let value = select(vec4<f32>(), load4(x, neighbours(first, N)), first + vec4<u32>(0u, 1u, 2u, 3u) < vec4<u32>(N));
    sums += value * select(vec4<f32>(1.0), value, kind == 2u);
  }
  sh_sums[lane] = (sums.x + sums.y) + (sums.z + sums.w);
  workgroupBarrier();
  if (lane == 0u) {
    var sum = 0.0;
    for (var i = 0u; i < WORKGROUP_SIZE; i++) {
      sum += sh_sums[i];
    }
    if (kind > 0u && not_finite(sum)) {
      raise(flagBit);
    }
    if (kind == 1u) {
      let terms = load(count) * f32(perRow);
      if (terms > 0.0) {
        sum /= terms;
      } else {
        sum = 0.0;
      }
    }
    if (kind == 2u) {
      sum = sqrt(sum);
    }
    store(total, sum);
  }
  workgroupBarrier();
}
