// reduce-loss, `lanes`: one workgroup; every lane sums a stride, lane 0 adds the lanes in order and divides.
//
//   loss = Σ_n rowLoss[n] / (count · perRow), 0 where count is 0
//
// | binding | tensor  | access     | shape |
// | ------- | ------- | ---------- | ----- |
// | 0       | rowLoss | read       | [N]   |
// | 1       | count   | read       | [1]   |
// | 2       | loss    | read_write | [1]   |
// | 3       | flags   | read_write | [1]   |
//
// Lane i sums elements i, i + WORKGROUP_SIZE, … The sum is tested before the division can hide anything.
// Layer z of the grid is a model.

struct Args {
  N: u32,
  perRow: u32,
  flagBit: u32,
  rowLossPerModel: u32,
  countPerModel: u32,
  lossPerModel: u32,
  flagsPerModel: u32,
}

@group(0) @binding(0) var<storage, read> rowLoss: array<f32>;
@group(0) @binding(1) var<storage, read> count: array<f32>;
@group(0) @binding(2) var<storage, read_write> loss: array<f32>;
@group(0) @binding(3) var<storage, read_write> flags: array<atomic<u32>>;
@group(1) @binding(0) var<uniform> args: Args;

override WORKGROUP_SIZE: u32 = 16u;

var<workgroup> sh_sums: array<f32, WORKGROUP_SIZE>;

@compute @workgroup_size(WORKGROUP_SIZE)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
  let first = group.z * args.rowLossPerModel;
  var sum = 0.0;
  for (var n = lane; n < args.N; n += WORKGROUP_SIZE) {
    sum += rowLoss[first + n];
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
    let terms = count[group.z * args.countPerModel] * f32(args.perRow);
    var mean = 0.0;
    if (terms > 0.0) {
      mean = total / terms;
    }
    loss[group.z * args.lossPerModel] = mean;
  }
}
