// input-gradient, `shared`: da Wᵀ, one tile of 64 × 64 per workgroup, through workgroup memory.
//
//   dx[dxOffset + n·dxStride + d] = Σ_c da[daOffset + n·daStride + c] · W[d, c]
//
// | binding | tensor | access     | shape                          |
// | ------- | ------ | ---------- | ------------------------------ |
// | 0       | da     | read       | [N, C] from daOffset, daStride |
// | 1       | W      | read       | [D, C]                         |
// | 2       | dx     | read_write | [N, D] from dxOffset, dxStride |
//
// Of model group.z and rows t − 1 … t + steps − 2 workgroup i owns tile i, features first; lane l owns rows 4·⌊l / 16⌋ … and
// features 4·(l mod 16) … of it.

struct Args {
  t: u32,
  steps: u32,
  D: u32,
  C: u32,
  daOffset: u32,
  daStride: u32,
  dxOffset: u32,
  dxStride: u32,
  daPerModel: u32,
  WPerModel: u32,
  dxPerModel: u32,
}

@group(0) @binding(0) var<storage, read> da: array<f32>;
@group(0) @binding(1) var<storage, read> W: array<f32>;
@group(0) @binding(2) var<storage, read_write> dx: array<f32>;
@group(1) @binding(0) var<uniform> args: Args;

var<workgroup> sh_left: array<vec4<f32>, TERMS * PITCH>;
var<workgroup> sh_right: array<vec4<f32>, TERMS * PITCH>;
var<private> sums: array<vec4<f32>, 4>;

fn load_left(at: u32) -> f32 {
  return da[at];
}

fn load_right(at: u32, j: vec4<u32>) -> vec4<f32> {
  return vec4<f32>(W[at + j.x], W[at + j.y], W[at + j.z], W[at + j.w]);
}

fn write(at: u32, value: f32) {
  dx[at] = value;
}

@compute @workgroup_size(256)
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) lane: u32,
) {
  let i = linear_index(group, groups, 0u, 1u);
  let tiles = (args.D + TILE - 1u) / TILE;
  let rows = args.t - 1u + args.steps;
  let n = args.t - 1u + (i / tiles) * TILE;
  let d = (i % tiles) * TILE;
  if (n >= rows) { return; }
  let left = Operand(group.z * args.daPerModel + args.daOffset, args.daStride, 1u, n, rows - 1u);
  let right = Operand(group.z * args.WPerModel, args.C, 1u, d, args.D - 1u);
  sum_shared_tile(left, right, 0u, args.C, lane);
  write_shared_tile(group.z * args.dxPerModel + args.dxOffset, args.dxStride, left, right, lane);
}
