// gradient-norm, `lanes`, second kernel: one workgroup for each model adds the lanes in a fixed order and takes the root.
//
//   norm = √(Σ_i sums[i])
//
// | binding | tensor | access     | shape   |
// | ------- | ------ | ---------- | ------- |
// | 0       | sums   | read       | [LANES] |
// | 1       | norm   | read_write | [1]     |
// | 2       | flags  | read_write | [1]     |
//
// Lane i sums elements i, i + WORKGROUP_SIZE, … of model group.z; lane 0 finishes.

struct Args {
  flagBit: u32,
  sumsPerModel: u32,
  normPerModel: u32,
  flagsPerModel: u32,
}

@group(0) @binding(0) var<storage, read> sums: array<f32>;
@group(0) @binding(1) var<storage, read_write> norm: array<f32>;
@group(0) @binding(2) var<storage, read_write> flags: array<atomic<u32>>;
@group(1) @binding(0) var<uniform> args: Args;

override WORKGROUP_SIZE: u32 = 16u;
override LANES: u32 = 128u;

var<workgroup> sh_sums: array<f32, WORKGROUP_SIZE>;

@compute @workgroup_size(WORKGROUP_SIZE)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
  let first = group.z * args.sumsPerModel;
  var sum = 0.0;
  for (var i = lane; i < LANES; i += WORKGROUP_SIZE) {
    sum += sums[first + i];
  }
  sh_sums[lane] = sum;
  workgroupBarrier();
  if (lane == 0u) {
    var total = 0.0;
    for (var i = 0u; i < WORKGROUP_SIZE; i++) {
      total += sh_sums[i];
    }
    if (not_finite(total)) {
      atomicOr(&flags[group.z * args.flagsPerModel], args.flagBit);
    }
    norm[group.z * args.normPerModel] = sqrt(total);
  }
}
