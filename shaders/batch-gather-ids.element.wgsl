// batch-gather-ids, `element`: copies B windows of consecutive resident ids into a time-major batch.
//
//   ids[t, b] = b < live ? rows[starts[slot·B + b] + shift + t] : 0
//
// | binding | tensor | access     | shape  |
// | ------- | ------ | ---------- | ------ |
// | 0       | rows   | read       | [R]    |
// | 1       | starts | read       | [K·B]  |
// | 2       | ids    | read_write | [T, B] |
//
// Invocation i owns element i of [T, B].

struct Args {
  T: u32,
  B: u32,
  shift: u32,
  slot: u32,
  live: u32,
}

@group(0) @binding(0) var<storage, read> rows: array<u32>;
@group(0) @binding(1) var<storage, read> starts: array<u32>;
@group(0) @binding(2) var<storage, read_write> ids: array<u32>;
@group(1) @binding(0) var<uniform> args: Args;

override WORKGROUP_SIZE: u32 = 16u;

@compute @workgroup_size(WORKGROUP_SIZE)
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) lane: u32,
) {
  let i = linear_index(group, groups, lane, WORKGROUP_SIZE);
  if (i >= args.T * args.B) { return; }
  let b = i % args.B;
  var id = 0u;
  if (b < args.live) {
    id = rows[starts[args.slot * args.B + b] + args.shift + i / args.B];
  }
  ids[i] = id;
}
