// project-forward, `register`: x W + b, one register tile per invocation, without barriers or workgroup memory.
//
//   out[outOffset + n·outStride + c] = b[c] + Σ_k x[xOffset + n·xStride + k] · W[k, c]
//
// | binding | tensor | access     | shape                            |
// | ------- | ------ | ---------- | -------------------------------- |
// | 0       | x      | read       | [N, D] from xOffset, xStride     |
// | 1       | W      | read       | [D, C]                           |
// | 2       | b      | read       | [C]                              |
// | 3       | out    | read_write | [N, C] from outOffset, outStride |
//
// Of model group.z and rows t − 1 … t + steps − 2 invocation i owns tile i, columns first. Its size is that of the shared file
// that declares TILE (rows) and QUADS (columns / 4). Sums that are large are formed once more after all of them are stored, in
// a loop that is rarely entered.

struct Args {
  t: u32,
  steps: u32,
  D: u32,
  C: u32,
  xOffset: u32,
  xStride: u32,
  outOffset: u32,
  outStride: u32,
  xPerModel: u32,
  WPerModel: u32,
  bPerModel: u32,
  outPerModel: u32,
}

@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read> W: array<f32>;
@group(0) @binding(2) var<storage, read> b: array<f32>;
@group(0) @binding(3) var<storage, read_write> out: array<f32>;
@group(1) @binding(0) var<uniform> args: Args;

override WORKGROUP_SIZE: u32 = 4u;

var<private> sums: array<vec4<f32>, TILE * QUADS>;

fn load_left(at: u32) -> f32 {
  return x[at];
}

fn load_right(at: u32, j: vec4<u32>) -> vec4<f32> {
  return vec4<f32>(W[at + j.x], W[at + j.y], W[at + j.z], W[at + j.w]);
}

var<private> bias: u32;

fn load_bias(j: vec4<u32>) -> vec4<f32> {
  return vec4<f32>(b[bias + j.x], b[bias + j.y], b[bias + j.z], b[bias + j.w]);
}

fn store_quad(at: u32, j: vec4<u32>, a: vec4<f32>) {
  out[at + j.x] = a.x;
  out[at + j.y] = a.y;
  out[at + j.z] = a.z;
  out[at + j.w] = a.w;
}

fn finish_quad(at: u32, j: vec4<u32>, sum: vec4<f32>) -> bool {
  let a = sum + load_bias(j);
  store_quad(at, j, a);
  return is_large(a);
}

@compute @workgroup_size(WORKGROUP_SIZE)
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) lane: u32,
) {
  let i = linear_index(group, groups, lane, WORKGROUP_SIZE);
  let tiles = (args.C + 4u * QUADS - 1u) / (4u * QUADS);
  let rows = args.t - 1u + args.steps;
  let n = args.t - 1u + (i / tiles) * TILE;
  let c = (i % tiles) * 4u * QUADS;
  if (n >= rows) { return; }

  let left = Operand(group.z * args.xPerModel + args.xOffset, args.xStride, 1u, n, rows - 1u);
  let right = Operand(group.z * args.WPerModel, 1u, args.C, c, args.C - 1u);
  sum_tile(left, right, 0u, args.D);

  bias = group.z * args.bPerModel;
  let first = group.z * args.outPerModel + args.outOffset;
  let large = finish_tile(first, args.outStride, left, right);
  for (var e = select(TILE * QUADS, 0u, large); e < TILE * QUADS; e++) {
    let row = n + e / QUADS;
    let column = c + 4u * (e % QUADS);
    if (row >= rows || column >= args.C) { continue; }
    let at = first + row * args.outStride;
    let j = tile_columns(right, 4u * (e % QUADS));
    if (!is_large(vec4<f32>(out[at + j.x], out[at + j.y], out[at + j.z], out[at + j.w]))) { continue; }
    let a = precise_sum(vec4<f32>(), load_bias(j), args.D, outer_start(left, e / QUADS), right.start, args.C, j);
    store_quad(at, j, a);
  }
}
