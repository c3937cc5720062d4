// row-norm, `row`: one row per invocation.
//
//   out[group.z * args.outPerModel + n] = √(Σ_j x[xOffset + n·H + j]²)
//
// | binding | tensor | access     | shape               |
// | ------- | ------ | ---------- | ------------------- |
// | 0       | x      | read       | [N, H] from xOffset |
// | 1       | out    | read_write | [N]                 |
//
// Invocation i owns row i.

struct Args {
  N: u32,
  H: u32,
  xOffset: u32,
  xPerModel: u32,
  outPerModel: u32,
}

@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read_write> out: array<f32>;
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
  let at = group.z * args.xPerModel + args.xOffset + n * args.H;
  var sum = 0.0;
  for (var j = 0u; j < args.H; j++) {
    let value = x[at + j];
    sum += value * value;
  }
  out[group.z * args.outPerModel + n] = sqrt(sum);
}
