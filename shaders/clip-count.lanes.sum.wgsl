// clip-count, `lanes`, second kernel: one workgroup for each model adds the lanes into row `slot` of the ring.
//
//   clipped[slot] = Σ_i counts[i]
//
// | binding | tensor  | access     | shape   |
// | ------- | ------- | ---------- | ------- |
// | 0       | counts  | read       | [LANES] |
// | 1       | clipped | read_write | [M]     |
//
// Lane i sums elements i, i + WORKGROUP_SIZE, … of model group.z; lane 0 finishes.

struct Args {
  slot: u32,
  countsPerModel: u32,
  clippedPerModel: u32,
}

@group(0) @binding(0) var<storage, read> counts: array<u32>;
@group(0) @binding(1) var<storage, read_write> clipped: array<u32>;
@group(1) @binding(0) var<uniform> args: Args;

override WORKGROUP_SIZE: u32 = 16u;
override LANES: u32 = 1024u;

var<workgroup> sh_sums: array<u32, WORKGROUP_SIZE>;

@compute @workgroup_size(WORKGROUP_SIZE)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
  let first = group.z * args.countsPerModel;
  var sum = 0u;
  for (var i = lane; i < LANES; i += WORKGROUP_SIZE) {
    sum += counts[first + i];
  }
  sh_sums[lane] = sum;
  workgroupBarrier();
  if (lane == 0u) {
    var total = 0u;
    for (var i = 0u; i < WORKGROUP_SIZE; i++) {
      total += sh_sums[i];
    }
    clipped[group.z * args.clippedPerModel + args.slot] = total;
  }
}
