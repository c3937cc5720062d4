// optimizer-adam, `lanes`: one step of Adam, AdamW or AMSGrad over the flat parameters, with clipping.
//
//   f = clip > 0 ? min(1, clip / (norm + 1e-6)) : 1    g = f·grads, held within ±clipValue if that is > 0
//   g += l2·params + l1·sign(params)    m = β₁m + gain₁g    v = β₂v + gain₂g²    u = amsgrad ? max(u, v) : v
//   params = params · (1 − learningRate·decay) − learningRate · (m / c₁) / (√(u / c₂) + epsilon)
//
// | binding | tensor  | access     | shape                       |
// | ------- | ------- | ---------- | --------------------------- |
// | 0       | grads   | read       | [P]                         |
// | 1       | params  | read_write | [P]                         |
// | 2       | state   | read_write | [S, P], m, v, then u        |
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
  amsgrad: u32,
  learningRate: f32,
  clip: f32,
  clipValue: f32,
  l1: f32,
  l2: f32,
  decay: f32,
  beta1: f32,
  beta2: f32,
  gain1: f32,
  gain2: f32,
  epsilon: f32,
  correction1: f32,
  correction2: f32,
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
    let g = clip_value(f * grads[p], args.clipValue) + args.l2 * old + args.l1 * sign(old);
    let m = args.beta1 * state[p] + args.gain1 * g;
    let v = args.beta2 * state[args.P + p] + args.gain2 * g * g;
    state[p] = m;
    state[args.P + p] = v;
    var largest = v;
    if (args.amsgrad == 1u) {
      largest = max(state[2u * args.P + p], v);
      state[2u * args.P + p] = largest;
    }
    let shrunk = old - args.learningRate * args.decay * old;
    params[p] = shrunk - args.learningRate * (m / args.correction1) / (sqrt(largest / args.correction2) + args.epsilon);
  }
  if (i == 0u) {
    let row = args.slot * 4u;
    metrics[row] = loss[0];
    metrics[row + 1u] = norm[0];
    metrics[row + 2u] = f;
    metrics[row + 3u] = args.learningRate;
  }
}
