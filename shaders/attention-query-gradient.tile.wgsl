// attention-query-gradient, `tile`: four columns of one decoder row per invocation.
//
//   dquery[t,b,d] = v[d] · Σ_s dscores[t,b,s] · (1 − tanh²(query[t,b,d] + keys[s,b,d]))
//
// | binding | tensor  | access     | shape                                  |
// | ------- | ------- | ---------- | -------------------------------------- |
// | 0       | query   | read       | [T·B, D] from queryOffset, queryStride |
// | 1       | keys    | read       | [S·B, D] from keysOffset, keysStride   |
// | 2       | v       | read       | [D]                                    |
// | 3       | dscores | read       | [T·B, S] from pairsOffset              |
// | 4       | dquery  | read_write | [T·B, D] from queryOffset, queryStride |
//
// Invocation i owns row n = ⌊i / tiles⌋ = t·B + b and columns 4·(i mod tiles) … of model group.z, tiles = ⌈D / 4⌉. At an edge
// it loads the last column again and stores only what exists.

struct Args {
  T: u32,
  B: u32,
  S: u32,
  D: u32,
  queryOffset: u32,
  queryStride: u32,
  keysOffset: u32,
  keysStride: u32,
  pairsOffset: u32,
  queryPerModel: u32,
  keysPerModel: u32,
  vPerModel: u32,
  dscoresPerModel: u32,
  dqueryPerModel: u32,
}

@group(0) @binding(0) var<storage, read> query: array<f32>;
@group(0) @binding(1) var<storage, read> keys: array<f32>;
@group(0) @binding(2) var<storage, read> v: array<f32>;
@group(0) @binding(3) var<storage, read> dscores: array<f32>;
@group(0) @binding(4) var<storage, read_write> dquery: array<f32>;
@group(1) @binding(0) var<uniform> args: Args;

override WORKGROUP_SIZE: u32 = 16u;

// Four columns of a row that starts at `at`; the last column again where D ends.
fn load_query(at: u32, d: vec4<u32>) -> vec4<f32> {
  return vec4<f32>(query[at + d.x], query[at + d.y], query[at + d.z], query[at + d.w]);
}

fn load_keys(at: u32, d: vec4<u32>) -> vec4<f32> {
  return vec4<f32>(keys[at + d.x], keys[at + d.y], keys[at + d.z], keys[at + d.w]);
}

fn store_dquery(at: u32, columns: u32, value: vec4<f32>) {
  dquery[at] = value.x;
  if (columns > 1u) { dquery[at + 1u] = value.y; }
  if (columns > 2u) { dquery[at + 2u] = value.z; }
  if (columns > 3u) { dquery[at + 3u] = value.w; }
}

@compute @workgroup_size(WORKGROUP_SIZE)
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) lane: u32,
) {
  let i = linear_index(group, groups, lane, WORKGROUP_SIZE);
  let tiles = (args.D + 3u) / 4u;
  let n = i / tiles;
  if (n >= args.T * args.B) { return; }
  let first = (i % tiles) * 4u;
  let d = min(vec4<u32>(first, first + 1u, first + 2u, first + 3u), vec4<u32>(args.D - 1u));
  let row = args.queryOffset + n * args.queryStride;
  let own = load_query(group.z * args.queryPerModel + row, d);
  let keys_at = group.z * args.keysPerModel + args.keysOffset;
  let dscores_at = group.z * args.dscoresPerModel + args.pairsOffset + n * args.S;
  var sum = vec4<f32>();
  for (var s = 0u; s < args.S; s++) {
    let u = tanh4(own + load_keys(keys_at + (s * args.B + n % args.B) * args.keysStride, d));
    sum += dscores[dscores_at + s] * (vec4<f32>(1.0) - u * u);
  }
  let k = group.z * args.vPerModel + d;
  let slope = vec4<f32>(v[k.x], v[k.y], v[k.z], v[k.w]) * sum;
  store_dquery(group.z * args.dqueryPerModel + row + first, args.D - first, slope);
}
