// sigmoid-forward, `element`: probabilities of a binary head.
//
//   out[i] = σ(logits[i])
//
// | binding | tensor | access     | shape  |
// | ------- | ------ | ---------- | ------ |
// | 0       | logits | read       | [N, V] |
// | 1       | out    | read_write | [N, V] |
//
// Invocation i owns element i of [N, V].

struct Args {
  N: u32,
  V: u32,
}

@group(0) @binding(0) var<storage, read> logits: array<f32>;
@group(0) @binding(1) var<storage, read_write> out: array<f32>;
@group(1) @binding(0) var<uniform> args: Args;

override WORKGROUP_SIZE: u32 = 16u;

@compute @workgroup_size(WORKGROUP_SIZE)
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) lane: u32,
) {
  let i = linear_index(group, groups, lane, WORKGROUP_SIZE);
  if (i >= args.N * args.V) { return; }
  out[i] = sigmoid(logits[i]);
}
