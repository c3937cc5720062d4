// layer-norm-backward, `split`, second kernel: column sums of one slab of rows.
//
//   slabs[s, c] = Σ_{n in slab s} dy[n, c]·(x[n, c] − μ)·s_n
//
// | binding | tensor     | access     | shape                             |
// | ------- | ---------- | ---------- | --------------------------------- |
// | 0       | x          | read       | [N, C] from xOffset, xStride      |
// | 1       | statistics | read       | [N, 2]: μ, s                      |
// | 2       | dy         | read       | [N, C] from dyOffset, dyStride    |
// | 3       | slabs      | read_write | [S, C], S = ⌈N / SLAB_ROWS⌉       |
//
// Invocation i owns slab ⌊i / C⌋ and column i mod C.
// Layer z of the grid is a model.

struct Args {
  N: u32,
  C: u32,
  xOffset: u32,
  xStride: u32,
  dyOffset: u32,
  dyStride: u32,
  xPerModel: u32,
  statisticsPerModel: u32,
  dyPerModel: u32,
  slabsPerModel: u32,
}

@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read> statistics: array<f32>;
@group(0) @binding(2) var<storage, read> dy: array<f32>;
@group(0) @binding(3) var<storage, read_write> slabs: array<f32>;
@group(1) @binding(0) var<uniform> args: Args;

override WORKGROUP_SIZE: u32 = 16u;
override SLAB_ROWS: u32 = 512u;

@compute @workgroup_size(WORKGROUP_SIZE)
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) lane: u32,
) {
  let i = linear_index(group, groups, lane, WORKGROUP_SIZE);
  let slab = i / args.C;
  let c = i % args.C;
  let begin = slab * SLAB_ROWS;
  if (begin >= args.N) { return; }
  let end = min(begin + SLAB_ROWS, args.N);
  let x_at = group.z * args.xPerModel;
  let dy_at = group.z * args.dyPerModel;
  let own = group.z * args.statisticsPerModel;
  var gain_sum = 0.0;
  for (var n = begin; n < end; n++) {
    let upstream = dy[dy_at + args.dyOffset + n * args.dyStride + c];
    gain_sum += upstream * (x[x_at + args.xOffset + n * args.xStride + c] - statistics[own + 2u * n]) * statistics[own + 2u * n + 1u];
  }
  slabs[group.z * args.slabsPerModel + slab * args.C + c] = gain_sum;
}
