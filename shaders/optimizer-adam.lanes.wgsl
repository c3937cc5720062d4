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
// Lane i updates elements 4i … 4i + 3 of model group.z and so on every 4 · LANES; in the last four the elements beyond P are its
// last one once more: the same numbers are written to the same place. Lane 0 also writes row `slot` of the metrics ring. While
// flags[0] is not 0 nothing is written. Every model has its own scalars.

struct Args {
  @align(16) P: u32,
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
  gradsPerModel: u32,
  paramsPerModel: u32,
  statePerModel: u32,
  normPerModel: u32,
  lossPerModel: u32,
  flagsPerModel: u32,
  metricsPerModel: u32,
}

@group(0) @binding(0) var<storage, read> grads: array<f32>;
@group(0) @binding(1) var<storage, read_write> params: array<f32>;
@group(0) @binding(2) var<storage, read_write> state: array<f32>;
@group(0) @binding(3) var<storage, read> norm: array<f32>;
@group(0) @binding(4) var<storage, read> loss: array<f32>;
@group(0) @binding(5) var<storage, read> flags: array<u32>;
@group(0) @binding(6) var<storage, read_write> metrics: array<f32>;
@group(1) @binding(0) var<uniform> args_of: array<Args, 64>;

override WORKGROUP_SIZE: u32 = 16u;
override LANES: u32 = 256u;

@compute @workgroup_size(WORKGROUP_SIZE)
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) lane: u32,
) {
  let i = linear_index(group, groups, lane, WORKGROUP_SIZE);
  let args = args_of[group.z];
  if (i >= LANES || flags[group.z * args.flagsPerModel] != 0u) { return; }
  let grad_norm = norm[group.z * args.normPerModel];
  let f = clip_factor(grad_norm, args.clip);
  let grads_at = group.z * args.gradsPerModel;
  let params_at = group.z * args.paramsPerModel;
  let state_at = group.z * args.statePerModel;
  let rate = args.learningRate / args.correction1;
  let scale = 1.0 / args.correction2;
  let last = vec4<u32>(args.P - 1u);
  for (var p = 4u * i; p < args.P; p += 4u * LANES) {
    let j = min(vec4<u32>(p, p + 1u, p + 2u, p + 3u), last);
    let o = params_at + j;
    let r = grads_at + j;
    let s = state_at + j;
    let old = vec4<f32>(params[o.x], params[o.y], params[o.z], params[o.w]);
    let raw = f * vec4<f32>(grads[r.x], grads[r.y], grads[r.z], grads[r.w]);
    let g = clip_value4(raw, args.clipValue) + args.l2 * old + args.l1 * sign(old);
    let m = args.beta1 * vec4<f32>(state[s.x], state[s.y], state[s.z], state[s.w]) + args.gain1 * g;
    let k = s + args.P;
    let v = args.beta2 * vec4<f32>(state[k.x], state[k.y], state[k.z], state[k.w]) + args.gain2 * g * g;
    state[s.x] = m.x;
    state[s.y] = m.y;
    state[s.z] = m.z;
    state[s.w] = m.w;
    state[k.x] = v.x;
    state[k.y] = v.y;
    state[k.z] = v.z;
    state[k.w] = v.w;
    var largest = v;
    if (args.amsgrad == 1u) {
      let u = k + args.P;
      largest = max(vec4<f32>(state[u.x], state[u.y], state[u.z], state[u.w]), v);
      state[u.x] = largest.x;
      state[u.y] = largest.y;
      state[u.z] = largest.z;
      state[u.w] = largest.w;
    }
    let shrunk = old - args.learningRate * args.decay * old;
    let moved = shrunk - rate * m / (sqrt(scale * largest) + args.epsilon);
    params[o.x] = moved.x;
    params[o.y] = moved.y;
    params[o.z] = moved.z;
    params[o.w] = moved.w;
  }
  if (i == 0u) {
    let row = group.z * args.metricsPerModel + args.slot * 4u;
    metrics[row] = loss[group.z * args.lossPerModel];
    metrics[row + 1u] = grad_norm;
    metrics[row + 2u] = f;
    metrics[row + 3u] = args.learningRate;
  }
}
