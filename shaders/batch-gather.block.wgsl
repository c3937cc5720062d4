// batch-gather, `block`: copies B windows of consecutive resident rows into a time-major batch.
//
//   x[t, b, d] = b < live ? rows[starts[slot·B + b] + shift + t, d] : 0
//
// | binding | tensor | access     | shape     |
// | ------- | ------ | ---------- | --------- |
// | 0       | rows   | read       | [R, D]    |
// | 1       | starts | read       | [K·B]     |
// | 2       | x      | read_write | [T, B, D] |
//
// Invocation i owns STEPS steps and COLUMNS columns of sequence b in model group.z; i counts column blocks fastest, then
// sequences, then blocks of steps.

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
override STEPS: u32 = 8u;
override COLUMNS: u32 = 32u;

@compute @workgroup_size(WORKGROUP_SIZE)
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) lane: u32,
) {
  let i = linear_index(group, groups, lane, WORKGROUP_SIZE);
  let blocks = (args.D + COLUMNS - 1u) / COLUMNS;
  let row = i / blocks;
  let step_block = row / args.B;
  let b = row - step_block * args.B;
  let first_step = step_block * STEPS;
  if (first_step >= args.T) { return; }
  let live = b < args.live;
  var start = 0u;
  if (live) {
    start = starts[group.z * args.startsPerModel + args.slot * args.B + b] + args.shift;
  }
  let begin = (i - row * blocks) * COLUMNS;
  let end = min(begin + COLUMNS, args.D);
  for (var t = first_step; t < min(first_step + STEPS, args.T); t++) {
    // A sequence that does not count reads whatever rows are there and writes 0.
    let base = group.z * args.rowsPerModel + (start + t) * args.D;
    let to = group.z * args.xPerModel + (t * args.B + b) * args.D;
    var d = begin;
    for (; d + 4u <= end; d += 4u) {
      let value = vec4<f32>(rows[base + d], rows[base + d + 1u], rows[base + d + 2u], rows[base + d + 3u]);
      let kept = select(vec4<f32>(), value, live);
      x[to + d] = kept.x;
      x[to + d + 1u] = kept.y;
      x[to + d + 2u] = kept.z;
      x[to + d + 3u] = kept.w;
    }
    for (; d < end; d++) {
      x[to + d] = select(0.0, rows[base + d], live);
    }
  }
}
