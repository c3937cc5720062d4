// layer-norm-backward, `split`, first kernel: the gradient of each row.
//
//   u = (x − μ)·s    g = dy ⊙ gain    dx = s·(g − Σ_c g / C − u·Σ_c g⊙u / C)
//
// | binding | tensor     | access     | shape                          |
// | ------- | ---------- | ---------- | ------------------------------ |
// | 0       | x          | read       | [N, C] from xOffset, xStride   |
// | 1       | gain       | read       | [C]                            |
// | 2       | statistics | read       | [N, 2]: μ, s                   |
// | 3       | dy         | read       | [N, C] from dyOffset, dyStride |
// | 4       | dx         | read_write | [N, C] from dxOffset, dxStride |
//
// Invocation i owns row i.
// Layer z of the grid is a model.

struct Args {
  N: u32,
  C: u32,
  xOffset: u32,
  xStride: u32,
  dyOffset: u32,
  dyStride: u32,
  dxOffset: u32,
  dxStride: u32,
  xPerModel: u32,
  gainPerModel: u32,
  statisticsPerModel: u32,
  dyPerModel: u32,
  dxPerModel: u32,
}

@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read> gain: array<f32>;
@group(0) @binding(2) var<storage, read> statistics: array<f32>;
@group(0) @binding(3) var<storage, read> dy: array<f32>;
@group(0) @binding(4) var<storage, read_write> dx: array<f32>;
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
  let x_row = group.z * args.xPerModel + args.xOffset + n * args.xStride;
  let dy_row = group.z * args.dyPerModel + args.dyOffset + n * args.dyStride;
  let dx_row = group.z * args.dxPerModel + args.dxOffset + n * args.dxStride;
  let own = group.z * args.statisticsPerModel + 2u * n;
  let mean = statistics[own];
  let scale = statistics[own + 1u];
  let gain_at = group.z * args.gainPerModel;
  var g_sum = 0.0;
  var gu_sum = 0.0;
  for (var c = 0u; c < args.C; c++) {
    let g = dy[dy_row + c] * gain[gain_at + c];
    g_sum += g;
    gu_sum += g * (x[x_row + c] - mean) * scale;
  }
  let g_mean = g_sum / f32(args.C);
  let gu_mean = gu_sum / f32(args.C);
  for (var c = 0u; c < args.C; c++) {
    let u = (x[x_row + c] - mean) * scale;
    dx[dx_row + c] = scale * (dy[dy_row + c] * gain[gain_at + c] - g_mean - u * gu_mean);
  }
}
