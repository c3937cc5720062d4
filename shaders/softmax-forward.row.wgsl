// softmax-forward, `row`: one row per invocation, with the maximum subtracted.
//
//   y[n, c] = exp(a[n, c] − max a[n]) / Σ_c exp(a[n, c] − max a[n])
//
// | binding | tensor | access     | shape  |
// | ------- | ------ | ---------- | ------ |
// | 0       | a      | read       | [N, C] |
// | 1       | y      | read_write | [N, C] |
// | 2       | flags  | read_write | [1]    |
//
// Invocation i owns row i. A logit that is not finite raises flagBit.
// Layer z of the grid is a model.

struct Args {
  N: u32,
  C: u32,
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
  let n = linear_index(group, groups, lane, WORKGROUP_SIZE);
  if (n >= args.N) { return; }
  let at = group.z * args.aPerModel + n * args.C;
  let to = group.z * args.yPerModel + n * args.C;
  var bad = false;
  var top = a[at];
  for (var c = 0u; c < args.C; c++) {
    let logit = a[at + c];
    bad = bad || not_finite(logit);
    top = max(top, logit);
  }
  if (bad) {
    atomicOr(&flags[group.z * args.flagsPerModel], args.flagBit);
  }
  var sum = 0.0;
  for (var c = 0u; c < args.C; c++) {
    let e = exp(max(a[at + c] - top, -EXP_LIMIT));
    sum += e;
    y[to + c] = e;
  }
  for (var c = 0u; c < args.C; c++) {
    y[to + c] /= sum;
  }
}
