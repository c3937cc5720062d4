// gather-forward, `tile`: rows of W by token id, plus the bias if there is one.
//
//   out[outOffset + n·outStride + c] = b[c] + W[ids[n], c], without b[c] where biased = 0
//
// | binding | tensor | access     | shape                            |
// | ------- | ------ | ---------- | -------------------------------- |
// | 0       | ids    | read       | [N]                              |
// | 1       | W      | read       | [D, C]                           |
// | 2       | b      | read       | [C]                              |
// | 3       | out    | read_write | [N, C] from outOffset, outStride |
//
// Invocation i owns ROWS rows and columns 8·(i mod tiles) …, tiles = ⌈C / 8⌉, of model group.z, and keeps their bias. In
// the last tile the columns beyond C are its last one once more: the same number is written to the same place.

struct Args {
  N: u32,
  C: u32,
  outOffset: u32,
  outStride: u32,
  biased: u32,
  idsPerModel: u32,
  WPerModel: u32,
  bPerModel: u32,
  outPerModel: u32,
}

@group(0) @binding(0) var<storage, read> ids: array<u32>;
@group(0) @binding(1) var<storage, read> W: array<f32>;
@group(0) @binding(2) var<storage, read> b: array<f32>;
@group(0) @binding(3) var<storage, read_write> out: array<f32>;
@group(1) @binding(0) var<uniform> args: Args;

override WORKGROUP_SIZE: u32 = 16u;
override ROWS: u32 = 16u;

@compute @workgroup_size(WORKGROUP_SIZE)
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) lane: u32,
) {
  let i = linear_index(group, groups, lane, WORKGROUP_SIZE);
  let tiles = (args.C + 7u) / 8u;
  let block = i / tiles;
  let first = block * ROWS;
  if (first >= args.N) { return; }
  let c = (i - block * tiles) * 8u;
  let last = vec4<u32>(args.C - 1u);
  let j = min(vec4<u32>(c, c + 1u, c + 2u, c + 3u), last);
  let k = min(vec4<u32>(c + 4u, c + 5u, c + 6u, c + 7u), last);
  var bias_j = vec4<f32>();
  var bias_k = vec4<f32>();
  if (args.biased == 1u) {
    let at = group.z * args.bPerModel;
    bias_j = vec4<f32>(b[at + j.x], b[at + j.y], b[at + j.z], b[at + j.w]);
    bias_k = vec4<f32>(b[at + k.x], b[at + k.y], b[at + k.z], b[at + k.w]);
  }
  for (var n = first; n < min(first + ROWS, args.N); n++) {
    let base = group.z * args.WPerModel + ids[group.z * args.idsPerModel + n] * args.C;
    let to = group.z * args.outPerModel + args.outOffset + n * args.outStride;
    let value_j = bias_j + vec4<f32>(W[base + j.x], W[base + j.y], W[base + j.z], W[base + j.w]);
    let value_k = bias_k + vec4<f32>(W[base + k.x], W[base + k.y], W[base + k.z], W[base + k.w]);
    out[to + j.x] = value_j.x;
    out[to + j.y] = value_j.y;
    out[to + j.z] = value_j.z;
    out[to + j.w] = value_j.w;
    out[to + k.x] = value_k.x;
    out[to + k.y] = value_k.y;
    out[to + k.z] = value_k.z;
    out[to + k.w] = value_k.w;
  }
}
