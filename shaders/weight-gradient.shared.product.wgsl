// weight-gradient, `shared`, first kernel: the products of a chunk of rows in parts, one tile of 64 × 64 per workgroup, through
// workgroup memory. The first part of the first chunk overwrites dW, that of later ones adds to it; other parts go to slabs.
//
//   part s: Σ_{n in part s} left[leftOffset + n·leftStride + d] · right[rightOffset + n·rightStride + c]
//
// | binding | tensor | access     | shape                                     |
// | ------- | ------ | ---------- | ----------------------------------------- |
// | 0       | left   | read       | [N, D] from leftOffset, leftStride        |
// | 1       | right  | read       | [N, C] from rightOffset, rightStride      |
// | 2       | dW     | read_write | [D, C] from outOffset, outStride          |
// | 3       | slabs  | read_write | [S − 1, D, C], S = ⌈steps / SPLIT_ROWS⌉   |
//
// Of model group.z and rows t − 1 … t + steps − 2 workgroup i owns tile i: parts first, then d, then c; lane l owns d from
// 4·⌊l / 16⌋ and c from 4·(l mod 16) on of it.

struct Args {
  t: u32,
  steps: u32,
  D: u32,
  C: u32,
  leftOffset: u32,
  leftStride: u32,
  rightOffset: u32,
  rightStride: u32,
  outOffset: u32,
  outStride: u32,
  leftPerModel: u32,
  rightPerModel: u32,
  dWPerModel: u32,
  slabsPerModel: u32,
}

@group(0) @binding(0) var<storage, read> left: array<f32>;
@group(0) @binding(1) var<storage, read> right: array<f32>;
@group(0) @binding(2) var<storage, read_write> dW: array<f32>;
@group(0) @binding(3) var<storage, read_write> slabs: array<f32>;
@group(1) @binding(0) var<uniform> args: Args;

override SPLIT_ROWS: u32 = 512u;

var<workgroup> sh_left: array<vec4<f32>, TERMS * PITCH>;
var<workgroup> sh_right: array<vec4<f32>, TERMS * PITCH>;
var<private> sums: array<vec4<f32>, 4>;
// What becomes of a sum: it overwrites dW, adds to it, or goes to a slab.
var<private> adds: bool;
var<private> to_slab: bool;

fn load_left(at: u32) -> f32 {
  return left[at];
}

fn load_right(at: u32, j: vec4<u32>) -> vec4<f32> {
  return vec4<f32>(right[at + j.x], right[at + j.y], right[at + j.z], right[at + j.w]);
}

fn write(at: u32, value: f32) {
  if (to_slab) {
    slabs[at] = value;
  } else {
    dW[at] = value + select(0.0, dW[at], adds);
  }
}

@compute @workgroup_size(256)
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) lane: u32,
) {
  let i = linear_index(group, groups, 0u, 1u);
  let d_tiles = (args.D + TILE - 1u) / TILE;
  let c_tiles = (args.C + TILE - 1u) / TILE;
  let part = i / (d_tiles * c_tiles);
  let begin = args.t - 1u + part * SPLIT_ROWS;
  let end = min(begin + SPLIT_ROWS, args.t - 1u + args.steps);
  if (begin >= end) { return; }
  let d = (i / c_tiles) % d_tiles * TILE;
  let c = i % c_tiles * TILE;
  let x = Operand(group.z * args.leftPerModel + args.leftOffset, 1u, args.leftStride, d, args.D - 1u);
  let y = Operand(group.z * args.rightPerModel + args.rightOffset, 1u, args.rightStride, c, args.C - 1u);
  sum_shared_tile(x, y, begin, end, lane);
  adds = args.t > 1u;
  to_slab = part > 0u;
  if (to_slab) {
    write_shared_tile(group.z * args.slabsPerModel + (part - 1u) * args.D * args.C, args.C, x, y, lane);
  } else {
    write_shared_tile(group.z * args.dWPerModel + args.outOffset, args.outStride, x, y, lane);
  }
}
