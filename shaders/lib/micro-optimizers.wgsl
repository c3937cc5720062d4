// Routines of training-steps, `micro`: one step of an optimizer. They are the kernels `optimizer-….lanes`, where the equations
// stand, with four parameters at a time; from a flagged step on nothing is written.

// Row `slot` of the metrics ring.
fn write_metrics(call: Call, slot: u32, f: f32, learningRate: f32) {
  let metrics = tensor(call, 5u) + slot * 4u;
  store(metrics, load(tensor(call, 4u)));
  store(metrics + 1u, load(tensor(call, 3u)));
  store(metrics + 2u, f);
  store(metrics + 3u, learningRate);
}

// The gradient after clipping, with its penalties; `l2` is plain weight decay.
fn clipped(g: vec4<f32>, limit: f32, old: vec4<f32>, l2: f32, l1: f32) -> vec4<f32> {
  let bound = select(g, clamp(g, vec4<f32>(-limit), vec4<f32>(limit)), limit > 0.0);
  return bound + l2 * old + l1 * sign(old);
}

fn descend_sgd(call: Call, lane: u32) {
  let grads = tensor(call, 0u);
  let params = tensor(call, 1u);
  let state = tensor(call, 2u);
  let norm = tensor(call, 3u);
  let P = number(call, 0u);
  let slot = scalar_word(call, 1u);
  let first = scalar_word(call, 2u);
  let nesterov = scalar_word(call, 3u);
  let learningRate = scalar(call, 4u);
  let clip = scalar(call, 5u);
  let clipValue = scalar(call, 6u);
  let l1 = scalar(call, 7u);
  let momentum = scalar(call, 8u);
  let weightDecay = scalar(call, 9u);
  if (is_flagged()) { return; }
  let f = clip_factor(load(norm), clip);
  for (var p = lane * 4u; p < P; p += WORKGROUP_SIZE * 4u) {
    let j = neighbours(p, P);
    let old = load4(params, j);
    let g = clipped(f * load4(grads, j), clipValue, old, weightDecay, l1);
    var buf = g;
    if (first == 0u) {
      buf = momentum * load4(state, j) + g;
    }
    store4(state + p, P - p, buf);
    let ahead = select(buf, g + momentum * buf, nesterov == 1u);
    store4(params + p, P - p, old - learningRate * select(g, ahead, momentum > 0.0));
  }
  if (lane == 0u) {
    write_metrics(call, slot, f, learningRate);
  }
}

fn descend_adam(call: Call, lane: u32) {
  let grads = tensor(call, 0u);
  let params = tensor(call, 1u);
  let state = tensor(call, 2u);
  let norm = tensor(call, 3u);
  let P = number(call, 0u);
  let amsgrad = number(call, 1u);
  let slot = scalar_word(call, 2u);
  let learningRate = scalar(call, 3u);
  let clip = scalar(call, 4u);
  let clipValue = scalar(call, 5u);
  let l1 = scalar(call, 6u);
  let l2 = scalar(call, 7u);
  let decay = scalar(call, 8u);
  let beta1 = scalar(call, 9u);
  let beta2 = scalar(call, 10u);
  let gain1 = scalar(call, 11u);
  let gain2 = scalar(call, 12u);
  let epsilon = scalar(call, 13u);
  let correction1 = scalar(call, 14u);
  let correction2 = scalar(call, 15u);
  if (is_flagged()) { return; }
  let f = clip_factor(load(norm), clip);
  for (var p = lane * 4u; p < P; p += WORKGROUP_SIZE * 4u) {
    let j = neighbours(p, P);
    let old = load4(params, j);
    let g = clipped(f * load4(grads, j), clipValue, old, l2, l1);
    let m = beta1 * load4(state, j) + gain1 * g;
    let v = beta2 * load4(state + P, j) + gain2 * g * g;
    store4(state + p, P - p, m);
    store4(state + P + p, P - p, v);
    var largest = v;
    if (amsgrad == 1u) {
      largest = max(load4(state + 2u * P, j), v);
      store4(state + 2u * P + p, P - p, largest);
    }
    let shrunk = old - learningRate * decay * old;
    let delta = (m / correction1) / (sqrt(largest / correction2) + epsilon);
    store4(params + p, P - p, shrunk - learningRate * delta);
  }
  if (lane == 0u) {
    write_metrics(call, slot, f, learningRate);
  }
}

fn descend_rmsprop(call: Call, lane: u32) {
  let grads = tensor(call, 0u);
  let params = tensor(call, 1u);
  let state = tensor(call, 2u);
  let norm = tensor(call, 3u);
  let P = number(call, 0u);
  let meanRow = number(call, 1u);
  let bufferRow = number(call, 2u);
  let slot = scalar_word(call, 3u);
  let learningRate = scalar(call, 4u);
  let clip = scalar(call, 5u);
  let clipValue = scalar(call, 6u);
  let l1 = scalar(call, 7u);
  let weightDecay = scalar(call, 8u);
  let alpha = scalar(call, 9u);
  let gain = scalar(call, 10u);
  let epsilon = scalar(call, 11u);
  let momentum = scalar(call, 12u);
  if (is_flagged()) { return; }
  let f = clip_factor(load(norm), clip);
  for (var p = lane * 4u; p < P; p += WORKGROUP_SIZE * 4u) {
    let j = neighbours(p, P);
    let old = load4(params, j);
    let g = clipped(f * load4(grads, j), clipValue, old, weightDecay, l1);
    let v = alpha * load4(state, j) + gain * g * g;
    store4(state + p, P - p, v);
    var variance = v;
    if (meanRow > 0u) {
      let at = state + meanRow * P;
      let mean = alpha * load4(at, j) + gain * g;
      store4(at + p, P - p, mean);
      variance = max(v - mean * mean, vec4<f32>());
    }
    var delta = g / (sqrt(variance) + epsilon);
    if (bufferRow > 0u) {
      let at = state + bufferRow * P;
      delta += momentum * load4(at, j);
      store4(at + p, P - p, delta);
    }
    store4(params + p, P - p, old - learningRate * delta);
  }
  if (lane == 0u) {
    write_metrics(call, slot, f, learningRate);
  }
}
