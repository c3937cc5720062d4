// clip-count, `lanes`, first kernel: every lane counts the gradients of a stride that are cut off by value.
//
//   f = clip > 0 ? min(1, clip / (norm + 1e-6)) : 1
//   counts[i] = number of p ≡ i mod LANES with |f·grads[p]| > clipValue > 0
//
// | binding | tensor | access     | shape   |
// | ------- | ------ | ---------- | ------- |
// | 0       | grads  | read       | [P]     |
// | 1       | norm   | read       | [1]     |
// | 2       | counts | read_write | [LANES] |
//
// Invocation i owns lane i of model group.z; every model has its own scalars.

struct Args {
  @align(16) P: u32,
  clip: f32,
  clipValue: f32,
  gradsPerModel: u32,
  normPerModel: u32,
  countsPerModel: u32,
}

@group(0) @binding(0) var<storage, read> grads: array<f32>;
@group(0) @binding(1) var<storage, read> norm: array<f32>;
@group(0) @binding(2) var<storage, read_write> counts: array<u32>;
@group(1) @binding(0) var<uniform> args_of: array<Args, 64>;

override WORKGROUP_SIZE: u32 = 16u;
override LANES: u32 = 1024u;

@compute @workgroup_size(WORKGROUP_SIZE)
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) lane: u32,
) {
  let i = linear_index(group, groups, lane, WORKGROUP_SIZE);
  if (i >= LANES) { return; }
  let args = args_of[group.z];
  let f = clip_factor(norm[group.z * args.normPerModel], args.clip);
  let first = group.z * args.gradsPerModel;
  var count = 0u;
  for (var p = i; p < args.P; p += LANES) {
    if (args.clipValue > 0.0 && abs(f * grads[first + p]) > args.clipValue) {
      count++;
    }
  }
  counts[group.z * args.countsPerModel + i] = count;
}
