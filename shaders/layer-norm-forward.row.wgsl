// layer-norm-forward, `row`: one row per invocation; its mean first, then its variance, so that nothing cancels.
//
//   y[n, c] = gain[gain_at + c]·(x[n, c] − μ)·s + bias[bias_at + c]    μ = Σ_c x[n, c] / C    s = 1 / √(Σ_c (x[n, c] − μ)² / C + epsilon)
//
// | binding | tensor     | access     | shape                        |
// | ------- | ---------- | ---------- | ---------------------------- |
// | 0       | x          | read       | [N, C] from xOffset, xStride |
// | 1       | gain       | read       | [C]                          |
// | 2       | bias       | read       | [C]                          |
// | 3       | y          | read_write | [N, C] from yOffset, yStride |
// | 4       | statistics | read_write | [N, 2]: μ, s                 |
//
// Invocation i owns row i.
// Layer z of the grid is a model.

struct Args {
  N: u32,
  C: u32,
  xOffset: u32,
  xStride: u32,
  yOffset: u32,
  yStride: u32,
  epsilon: f32,
  xPerModel: u32,
  gainPerModel: u32,
  biasPerModel: u32,
  yPerModel: u32,
  statisticsPerModel: u32,
}

@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read> gain: array<f32>;
@group(0) @binding(2) var<storage, read> bias: array<f32>;
@group(0) @binding(3) var<storage, read_write> y: array<f32>;
@group(0) @binding(4) var<storage, read_write> statistics: array<f32>;
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
  let from_row = group.z * args.xPerModel + args.xOffset + n * args.xStride;
  let to_row = group.z * args.yPerModel + args.yOffset + n * args.yStride;
  let gain_at = group.z * args.gainPerModel;
  let bias_at = group.z * args.biasPerModel;
  let columns = f32(args.C);
  var sum = 0.0;
  for (var c = 0u; c < args.C; c++) {
    sum += x[from_row + c];
  }
  let mean = sum / columns;
  var squares = 0.0;
  for (var c = 0u; c < args.C; c++) {
    let distance = x[from_row + c] - mean;
    squares += distance * distance;
  }
  let scale = 1.0 / sqrt(squares / columns + args.epsilon);
  for (var c = 0u; c < args.C; c++) {
    y[to_row + c] = gain[gain_at + c] * (x[from_row + c] - mean) * scale + bias[bias_at + c];
  }
  let own = group.z * args.statisticsPerModel + 2u * n;
  statistics[own] = mean;
  statistics[own + 1u] = scale;
}
