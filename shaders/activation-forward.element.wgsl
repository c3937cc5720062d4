// activation-forward, `element`: φ of every pre-activation, four at a time.
//
//   y[i] = φ(a[i]),   φ = tanh (activation 0), ReLU (1) or σ (2)
//
// | binding | tensor | access     | shape  |
// | ------- | ------ | ---------- | ------ |
// | 0       | a      | read       | [N, C] |
// | 1       | y      | read_write | [N, C] |
// | 2       | flags  | read_write | [1]    |
//
// Invocation i owns elements 4·i … of [N, C]. At the end it loads the last element again and stores only what exists.
// A raw pre-activation that is not finite raises flagBit; every φ could hide it.
// Layer z of the grid is a model.

struct Args {
  N: u32,
  C: u32,
  activation: u32,
  flagBit: u32,
  aPerModel: u32,
  yPerModel: u32,
  flagsPerModel: u32,
}

@group(0) @binding(0) var<storage, read> a: array<f32>;
@group(0) @binding(1) var<storage, read_write> y: array<f32>;
@group(0) @binding(2) var<storage, read_write> flags: array<atomic<u32>>;
@group(1) @binding(0) var<uniform> args: Args;

override WORKGROUP_SIZE: u32 = 16u;

@compute @workgroup_size(WORKGROUP_SIZE)
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) lane: u32,
) {
  let first = 4u * linear_index(group, groups, lane, WORKGROUP_SIZE);
  let elements = args.N * args.C;
  if (first >= elements) { return; }
  let i = min(vec4<u32>(first, first + 1u, first + 2u, first + 3u), vec4<u32>(elements - 1u));
  let j = group.z * args.aPerModel + i;
  let raw = vec4<f32>(a[j.x], a[j.y], a[j.z], a[j.w]);
  if (any_not_finite(raw)) {
    atomicOr(&flags[group.z * args.flagsPerModel], args.flagBit);
  }
  var value = sigmoid4(raw);
  if (args.activation != 2u) {
    value = activate4(raw, args.activation);
  }
  let count = elements - first;
  let to = group.z * args.yPerModel + first;
  y[to] = value.x;
  if (count > 1u) { y[to + 1u] = value.y; }
  if (count > 2u) { y[to + 2u] = value.z; }
  if (count > 3u) { y[to + 3u] = value.w; }
}
