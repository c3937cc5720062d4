// project-forward, `shared`: x W + b, one tile of 64 × 64 per workgroup, through workgroup memory.
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
// Of model group.z and rows t − 1 … t + steps − 2 workgroup i owns tile i, columns first; lane l owns rows 4·⌊l / 16⌋ … and
// columns 4·(l mod 16) … of it. Sums that are large are formed once more.

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

var<workgroup> sh_left: array<vec4<f32>, TERMS * PITCH>;
var<workgroup> sh_right: array<vec4<f32>, TERMS * PITCH>;
var<private> sums: array<vec4<f32>, 4>;

fn load_left(at: u32) -> f32 {
  return x[at];
}

fn load_right(at: u32, j: vec4<u32>) -> vec4<f32> {
  return vec4<f32>(W[at + j.x], W[at + j.y], W[at + j.z], W[at + j.w]);
}

fn write(at: u32, value: f32) {
  out[at] = value;
}

@compute @workgroup_size(256)
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) lane: u32,
) {
  let i = linear_index(group, groups, 0u, 1u);
  let tiles = (args.C + TILE - 1u) / TILE;
  let rows = args.t - 1u + args.steps;
  let n = args.t - 1u + (i / tiles) * TILE;
  let c = (i % tiles) * TILE;
  if (n >= rows) { return; }

  let left = Operand(group.z * args.xPerModel + args.xOffset, args.xStride, 1u, n, rows - 1u);
  let right = Operand(group.z * args.WPerModel, 1u, args.C, c, args.C - 1u);
  sum_shared_tile(left, right, 0u, args.D, lane);

  let column = c + 4u * (lane % 16u);
  let bias = vec4<u32>(group.z * args.bPerModel) + min(vec4<u32>(column) + vec4<u32>(0u, 1u, 2u, 3u), vec4<u32>(right.last));
  let b4 = vec4<f32>(b[bias.x], b[bias.y], b[bias.z], b[bias.w]);
  for (var row = 0u; row < 4u; row++) {
    let a = sums[row] + b4;
    if (is_large(a)) {
      let start = outer_start(left, 4u * (lane / 16u) + row);
      sums[row] = precise_sum(vec4<f32>(), b4, args.D, start, 0u, args.C, outer_starts(right, 4u * (lane % 16u)));
    } else {
      sums[row] = a;
    }
  }
  write_shared_tile(group.z * args.outPerModel + args.outOffset, args.outStride, left, right, lane);
}
