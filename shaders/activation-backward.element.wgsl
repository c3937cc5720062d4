// activation-backward, `element`: the gradient of every pre-activation, four at a time.
//
//   da[i] = dy[i]·φ'   φ' = 1 − y² (activation 0, tanh), y > 0 (1, ReLU) or y·(1 − y) (2, σ)
//
// | binding | tensor | access     | shape  |
// | ------- | ------ | ---------- | ------ |
// | 0       | y      | read       | [N, C] |
// | 1       | dy     | read       | [N, C] |
// | 2       | da     | read_write | [N, C] |
//
// Invocation i owns elements 4·i … of [N, C]. At the end it loads the last element again and stores only what exists.
// Layer z of the grid is a model.

struct Args {
  N: u32,
  C: u32,
  activation: u32,
  yPerModel: u32,
  dyPerModel: u32,
  daPerModel: u32,
}

@group(0) @binding(0) var<storage, read> y: array<f32>;
@group(0) @binding(1) var<storage, read> dy: array<f32>;
@group(0) @binding(2) var<storage, read_write> da: array<f32>;
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
  let j = group.z * args.yPerModel + i;
  let output = vec4<f32>(y[j.x], y[j.y], y[j.z], y[j.w]);
  var slope = output * (vec4<f32>(1.0) - output);
  if (args.activation != 2u) {
    slope = activation_slope4(output, args.activation);
  }
  let k = group.z * args.dyPerModel + i;
  let value = slope * vec4<f32>(dy[k.x], dy[k.y], dy[k.z], dy[k.w]);
  let count = elements - first;
  let to = group.z * args.daPerModel + first;
  da[to] = value.x;
  if (count > 1u) { da[to + 1u] = value.y; }
  if (count > 2u) { da[to + 2u] = value.z; }
  if (count > 3u) { da[to + 3u] = value.w; }
}
