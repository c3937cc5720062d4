// Routines of training-steps, `micro`: losses and their gradients, one row for each lane at a time. They are the kernels
// `loss-….row`, where the equations stand; masked rows select zeros, because 0 · NaN would not be 0.

fn lose_squares(call: Call, lane: u32) {
  let logits = tensor(call, 0u);
  let target_ = tensor(call, 1u);
  let mask = tensor(call, 2u);
  let count = tensor(call, 3u);
  let rowLoss = tensor(call, 4u);
  let dlogits = tensor(call, 5u);
  let N = number(call, 0u);
  let V = number(call, 1u);
  let pOffset = number(call, 2u);
  let pStride = number(call, 3u);
  let dOffset = number(call, 4u);
  let dStride = number(call, 5u);
  let flagBit = number(call, 6u);
  for (var n = lane; n < N; n += WORKGROUP_SIZE) {
    let weight = load(mask + n);
    let masked = weight == 0.0;
    let scale = 2.0 * weight / (load(count) * f32(V));
    var sum = 0.0;
    var bad = false;
    for (var v = 0u; v < V; v++) {
      let p = load(logits + pOffset + n * pStride + v);
      bad = bad || not_finite(p);
      let difference = p - load(target_ + n * V + v);
      sum += difference * difference;
      store(dlogits + dOffset + n * dStride + v, select(scale * difference, 0.0, masked));
    }
    if (bad) {
      raise(flagBit);
    }
    store(rowLoss + n, select(weight * sum, 0.0, masked));
  }
}

fn lose_bits(call: Call, lane: u32) {
  let logits = tensor(call, 0u);
  let target_ = tensor(call, 1u);
  let mask = tensor(call, 2u);
  let count = tensor(call, 3u);
  let rowLoss = tensor(call, 4u);
  let dlogits = tensor(call, 5u);
  let N = number(call, 0u);
  let V = number(call, 1u);
  let pOffset = number(call, 2u);
  let pStride = number(call, 3u);
  let dOffset = number(call, 4u);
  let dStride = number(call, 5u);
  let flagBit = number(call, 6u);
  let positiveWeight = constant(call, 7u);
  for (var n = lane; n < N; n += WORKGROUP_SIZE) {
    let weight = load(mask + n);
    let masked = weight == 0.0;
    let scale = weight / (load(count) * f32(V));
    var sum = 0.0;
    var bad = false;
    for (var v = 0u; v < V; v++) {
      let p = load(logits + pOffset + n * pStride + v);
      bad = bad || not_finite(p);
      let t = load(target_ + n * V + v);
      let wt = positiveWeight * t;
      let tail = log1p(exp(-min(abs(p), EXP_LIMIT)));
      sum += wt * (max(-p, 0.0) + tail) + (1.0 - t) * (max(p, 0.0) + tail);
      let slope = scale * (sigmoid(p) * (1.0 - t) - wt * sigmoid(-p));
      store(dlogits + dOffset + n * dStride + v, select(slope, 0.0, masked));
    }
    if (bad) {
      raise(flagBit);
    }
    store(rowLoss + n, select(weight * sum, 0.0, masked));
  }
}

fn lose_classes(call: Call, lane: u32) {
  let logits = tensor(call, 0u);
  let target_ = tensor(call, 1u);
  let mask = tensor(call, 2u);
  let count = tensor(call, 3u);
  let rowLoss = tensor(call, 4u);
  let dlogits = tensor(call, 5u);
  let N = number(call, 0u);
  let V = number(call, 1u);
  let pOffset = number(call, 2u);
  let pStride = number(call, 3u);
  let dOffset = number(call, 4u);
  let dStride = number(call, 5u);
  let flagBit = number(call, 6u);
  let smoothing = constant(call, 7u);
  for (var n = lane; n < N; n += WORKGROUP_SIZE) {
    let p_at = logits + pOffset + n * pStride;
    let d_at = dlogits + dOffset + n * dStride;
    let weight = load(mask + n);
    let masked = weight == 0.0;
    var top = 0u;
    var p_top = load(p_at);
    var bad = not_finite(p_top);
    for (var v = 1u; v < V; v++) {
      let p = load(p_at + v);
      bad = bad || not_finite(p);
      if (p > p_top) {
        top = v;
        p_top = p;
      }
    }
    if (bad) {
      raise(flagBit);
    }
    // Without the maximum, whose term is 1: log1p keeps the loss of a confident row accurate.
    var rest = 0.0;
    for (var v = 0u; v < V; v++) {
      if (v != top) {
        rest += exp(max(load(p_at + v) - p_top, -EXP_LIMIT));
      }
    }
    let label = arena[target_ + n];
    let scale = weight / load(count);
    let spread = smoothing / f32(V);
    let log_sum = log1p(rest);
    let own = log_sum + (p_top - load(p_at + label));
    var others = 0.0;
    for (var v = 0u; v < V; v++) {
      let p = load(p_at + v);
      let softmax = exp(max(p - p_top, -EXP_LIMIT)) / (1.0 + rest);
      let q = spread + select(0.0, 1.0 - smoothing, v == label);
      others += log_sum + (p_top - p);
      store(d_at + v, select(scale * (softmax - q), 0.0, masked));
    }
    store(rowLoss + n, select(weight * ((1.0 - smoothing) * own + spread * others), 0.0, masked));
  }
}
