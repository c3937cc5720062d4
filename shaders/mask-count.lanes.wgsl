// mask-count, `lanes`: one workgroup; every lane sums a stride, lane 0 adds the lanes in order.
//
//   count = Σ_n mask[n]
//
// | binding | tensor | access     | shape |
// | ------- | ------ | ---------- | ----- |
// | 0       | mask   | read       | [N]   |
// | 1       | count  | read_write | [1]   |
//
// Lane i sums elements i, i + WORKGROUP_SIZE, …
// Layer z of the grid is a model.

struct Args {
  N: u32,
  maskPerModel: u32,
  countPerModel: u32,
}

@group(0) @binding(0) var<storage, read> mask: array<f32>;
@group(0) @binding(1) var<storage, read_write> count: array<f32>;
@group(1) @binding(0) var<uniform> args: Args;

override WORKGROUP_SIZE: u32 = 16u;

var<workgroup> sh_sums: array<f32, WORKGROUP_SIZE>;

@compute @workgroup_size(WORKGROUP_SIZE)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
  let first = group.z * args.maskPerModel;
  var sum = 0.0;
  for (var n = lane; n < args.N; n += WORKGROUP_SIZE) {
    sum += mask[first + n];
  }
  sh_sums[lane] = sum;
  workgroupBarrier();
  if (lane == 0u) {
    var total = 0.0;
    for (var i = 0u; i < WORKGROUP_SIZE; i++) {
      total += sh_sums[i];
    }
    count[group.z * args.countPerModel] = total;
  }
}
