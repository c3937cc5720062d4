// batch-gather-ids, `block`: copies B windows of consecutive resident ids into a time-major batch.
//
//   ids[t, b] = b < live ? rows[starts[slot·B + b] + shift + t] : 0
//
// | binding | tensor | access     | shape  |
// | ------- | ------ | ---------- | ------ |
// | 0       | rows   | read       | [R]    |
// | 1       | starts | read       | [K·B]  |
// | 2       | ids    | read_write | [T, B] |
//
// Invocation i owns STEPS steps of sequence i mod B in model group.z.

struct Args {
  T: u32,
  B: u32,
  shift: u32,
  slot: u32,
  live: u32,
  rowsPerModel: u32,
  startsPerModel: u32,
  idsPerModel: u32,
}

@group(0) @binding(0) var<storage, read> rows: array<u32>;
@group(0) @binding(1) var<storage, read> starts: array<u32>;
@group(0) @binding(2) var<storage, read_write> ids: array<u32>;
@group(1) @binding(0) var<uniform> args: Args;

override WORKGROUP_SIZE: u32 = 16u;
override STEPS: u32 = 8u;

@compute @workgroup_size(WORKGROUP_SIZE)
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) lane: u32,
) {
  let i = linear_index(group, groups, lane, WORKGROUP_SIZE);
  let step_block = i / args.B;
  let b = i - step_block * args.B;
  let first_step = step_block * STEPS;
  if (first_step >= args.T) { return; }
  let live = b < args.live;
  var base = group.z * args.rowsPerModel;
  if (live) {
    base += starts[group.z * args.startsPerModel + args.slot * args.B + b] + args.shift;
  }
  let to = group.z * args.idsPerModel + b;
  // A sequence that does not count reads whatever ids are there and writes 0.
  for (var t = first_step; t < min(first_step + STEPS, args.T); t++) {
    ids[to + t * args.B] = select(0u, rows[base + t], live);
  }
}
