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
// Invocation i owns lane i.

struct Args {
  P: u32,
  clip: f32,
  clipValue: f32,
}

@group(0) @binding(0) var<storage, read> grads: array<f32>;
@group(0) @binding(1) var<storage, read> norm: array<f32>;
@group(0) @binding(2) var<storage, read_write> counts: array<u32>;
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
  if (i >= LANES) { return; }
  let f = clip_factor(norm[0], args.clip);
  var count = 0u;
  for (var p = i; p < args.P; p += LANES) {
    if (args.clipValue > 0.0 && abs(f * grads[p]) > args.clipValue) {
      count++;
    }
  }
  counts[i] = count;
}
