// batch-gather, `element`: copies B windows of consecutive resident rows into a time-major batch.
//
//   x[t, b, d] = b < live ? rows[starts[slot·B + b] + shift + t, d] : 0
//
// | binding | tensor | access     | shape     |
// | ------- | ------ | ---------- | --------- |
// | 0       | rows   | read       | [R, D]    |
// | 1       | starts | read       | [K·B]     |
// | 2       | x      | read_write | [T, B, D] |
//
// Invocation i owns element i of [T, B, D] of model group.z.

struct Args {
  T: u32,
  B: u32,
  D: u32,
  shift: u32,
  slot: u32,
  live: u32,
  rowsPerModel: u32,
  startsPerModel: u32,
  xPerModel: u32,
}

@group(0) @binding(0) var<storage, read> rows: array<f32>;
@group(0) @binding(1) var<storage, read> starts: array<u32>;
@group(0) @binding(2) var<storage, read_write> x: array<f32>;
@group(1) @binding(0) var<uniform> args: Args;

override WORKGROUP_SIZE: u32 = 16u;

@compute @workgroup_size(WORKGROUP_SIZE)
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) lane: u32,
) {
  let i = linear_index(group, groups, lane, WORKGROUP_SIZE);
  if (i >= args.T * args.B * args.D) { return; }
  let d = i % args.D;
  let b = (i / args.D) % args.B;
  let t = i / (args.D * args.B);
  var value = 0.0;
  if (b < args.live) {
    let start = starts[group.z * args.startsPerModel + args.slot * args.B + b];
    value = rows[group.z * args.rowsPerModel + (start + args.shift + t) * args.D + d];
  }
  x[group.z * args.xPerModel + i] = value;
}
