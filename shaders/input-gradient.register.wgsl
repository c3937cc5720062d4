// input-gradient, `register`: da Wᵀ, one register tile per invocation, without barriers or workgroup memory.
//
//   dx[dxOffset + n·dxStride + d] = Σ_c da[daOffset + n·daStride + c] · W[d, c]
//
// | binding | tensor | access     | shape                          |
// | ------- | ------ | ---------- | ------------------------------ |
// | 0       | da     | read       | [N, C] from daOffset, daStride |
// | 1       | W      | read       | [D, C]                         |
// | 2       | dx     | read_write | [N, D] from dxOffset, dxStride |
//
// Of model group.z and rows t − 1 … t + steps − 2 invocation i owns tile i, features first. Its size is that of the shared file
// that declares TILE (rows) and QUADS (features / 4).

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

override WORKGROUP_SIZE: u32 = 4u;

var<private> sums: array<vec4<f32>, TILE * QUADS>;

fn load_left(at: u32) -> f32 {
  return da[at];
}

fn load_right(at: u32, j: vec4<u32>) -> vec4<f32> {
  return vec4<f32>(W[at + j.x], W[at + j.y], W[at + j.z], W[at + j.w]);
}

// Gradients are small: nothing is formed once more.
fn finish_quad(at: u32, j: vec4<u32>, sum: vec4<f32>) -> bool {
  dx[at + j.x] = sum.x;
  dx[at + j.y] = sum.y;
  dx[at + j.z] = sum.z;
  dx[at + j.w] = sum.w;
  return false;
}

@compute @workgroup_size(WORKGROUP_SIZE)
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) lane: u32,
) {
  let i = linear_index(group, groups, lane, WORKGROUP_SIZE);
  let tiles = (args.D + 4u * QUADS - 1u) / (4u * QUADS);
  let rows = args.t - 1u + args.steps;
  let n = args.t - 1u + (i / tiles) * TILE;
  let d = (i % tiles) * 4u * QUADS;
  if (n >= rows) { return; }
  let left = Operand(group.z * args.daPerModel + args.daOffset, args.daStride, 1u, n, rows - 1u);
  let right = Operand(group.z * args.WPerModel, args.C, 1u, d, args.D - 1u);
  sum_tile(left, right, 0u, args.C);
  finish_tile(group.z * args.dxPerModel + args.dxOffset, args.dxStride, left, right);
}
