// optimizer-rmsprop, `lanes`: one RMSprop step over the flat parameters, with momentum, weight decay and clipping.
//
//   f = clip > 0 ? min(1, clip / (norm + 1e-6)) : 1    g = f·grads, held within ±clipValue if that is > 0
//   g += weightDecay·params + l1·sign(params)    v = alpha·v + gain·g²    mean = alpha·mean + gain·g
//   d = g / (√(meanRow > 0 ? max(v − mean², 0) : v) + epsilon)    buf = momentum·buf + d
//   params −= learningRate · (bufferRow > 0 ? buf : d)
//
// | binding | tensor  | access     | shape                       |
// | ------- | ------- | ---------- | --------------------------- |
// | 0       | grads   | read       | [P]                         |
// | 1       | params  | read_write | [P]                         |
// | 2       | state   | read_write | [S, P], v, mean, buf        |
// | 3       | norm    | read       | [1]                         |
// | 4       | loss    | read       | [1]                         |
// | 5       | flags   | read       | [1]                         |
// | 6       | metrics | read_write | [M, 4], loss, norm, f, rate |
//
// Lane i updates elements i, i + LANES, …; lane 0 also writes row `slot` of the metrics ring. While flags[0] is not 0 nothing
// is written.

struct Args {
  P: u32,
  slot: u32,
  meanRow: u32,
  bufferRow: u32,
  learningRate: f32,
  clip: f32,
  clipValue: f32,
  l1: f32,
  weightDecay: f32,
  alpha: f32,
  gain: f32,
  epsilon: f32,
  momentum: f32,
}

@group(0) @binding(0) var<storage, read> grads: array<f32>;
@group(0) @binding(1) var<storage, read_write> params: array<f32>;
@group(0) @binding(2) var<storage, read_write> state: array<f32>;
@group(0) @binding(3) var<storage, read> norm: array<f32>;
@group(0) @binding(4) var<storage, read> loss: array<f32>;
@group(0) @binding(5) var<storage, read> flags: array<u32>;
@group(0) @binding(6) var<storage, read_write> metrics: array<f32>;
@group(1) @binding(0) var<uniform> args: Args;

override WORKGROUP_SIZE: u32 = 16u;
override LANES: u32 = 1024u;

@compute @workgroup_size(WORKGROUP_SIZE)
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) lane: u32,
) {
  let i = linear_index(group, groups, lane, WORKGROUP_SIZE);
  if (i >= LANES || flags[0] != 0u) { return; }
  let f = clip_factor(norm[0], args.clip);
  for (var p = i; p < args.P; p += LANES) {
    let old = params[p];
    let g = clip_value(f * grads[p], args.clipValue) + args.weightDecay * old + args.l1 * sign(old);
    let v = args.alpha * state[p] + args.gain * g * g;
    state[p] = v;
    var variance = v;
    if (args.meanRow > 0u) {
      let at = args.meanRow * args.P + p;
      let mean = args.alpha * state[at] + args.gain * g;
      state[at] = mean;
      variance = max(v - mean * mean, 0.0);
    }
    var delta = g / (sqrt(variance) + args.epsilon);
    if (args.bufferRow > 0u) {
      let at = args.bufferRow * args.P + p;
      delta += args.momentum * state[at];
      state[at] = delta;
    }
    params[p] = old - args.learningRate * delta;
  }
  if (i == 0u) {
    let row = args.slot * 4u;
    metrics[row] = loss[0];
    metrics[row + 1u] = norm[0];
    metrics[row + 2u] = f;
    metrics[row + 3u] = args.learningRate;
  }
}
