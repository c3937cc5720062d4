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
// Lane i updates elements 4i … 4i + 3 and so on every 4 · LANES; in the last four the elements beyond P are its last one once
// more: the same numbers are written to the same place. Lane 0 also writes row `slot` of the metrics ring. While flags[0] is
// not 0 nothing is written.

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
override LANES: u32 = 256u;

@compute @workgroup_size(WORKGROUP_SIZE)
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) lane: u32,
) {
  let i = linear_index(group, groups, lane, WORKGROUP_SIZE);
  if (i >= LANES || flags[0] != 0u) { return; }
  let f = clip_factor(norm[0], args.clip);
  let rate = args.learningRate / args.correction1;
  let scale = 1.0 / args.correction2;
  let last = vec4<u32>(args.P - 1u);
  for (var p = 4u * i; p < args.P; p += 4u * LANES) {
    let j = min(vec4<u32>(p, p + 1u, p + 2u, p + 3u), last);
    let old = vec4<f32>(params[j.x], params[j.y], params[j.z], params[j.w]);
    let raw = f * vec4<f32>(grads[j.x], grads[j.y], grads[j.z], grads[j.w]);
    let g = clip_value4(raw, args.clipValue) + args.l2 * old + args.l1 * sign(old);
    let m = args.beta1 * vec4<f32>(state[j.x], state[j.y], state[j.z], state[j.w]) + args.gain1 * g;
    let k = j + args.P;
    let v = args.beta2 * vec4<f32>(state[k.x], state[k.y], state[k.z], state[k.w]) + args.gain2 * g * g;
    state[j.x] = m.x;
    state[j.y] = m.y;
    state[j.z] = m.z;
    state[j.w] = m.w;
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
    params[j.x] = moved.x;
    params[j.y] = moved.y;
    params[j.z] = moved.z;
    params[j.w] = moved.w;
  }
  if (i == 0u) {
    let row = args.slot * 4u;
    metrics[row] = loss[0];
    metrics[row + 1u] = norm[0];
    metrics[row + 2u] = f;
    metrics[row + 3u] = args.learningRate;
  }
}
