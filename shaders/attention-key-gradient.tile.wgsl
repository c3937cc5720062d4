// attention-key-gradient, `tile`: four columns of one source row per invocation.
//
//   u = tanh(query[t,b,d] + keys[s,b,d])
//   dkeys[s,b,d] = v[d] · Σ_t dscores[t,b,s] · (1 − u²)    dvRows[s,b,d] = Σ_t dscores[t,b,s] · u
//
// | binding | tensor  | access     | shape                                  |
// | ------- | ------- | ---------- | -------------------------------------- |
// | 0       | query   | read       | [T·B, D] from queryOffset, queryStride |
// | 1       | keys    | read       | [S·B, D] from keysOffset, keysStride   |
// | 2       | v       | read       | [D]                                    |
// | 3       | dscores | read       | [T·B, S] from pairsOffset              |
// | 4       | dkeys   | read_write | [S·B, D] from keysOffset, keysStride   |
// | 5       | dvRows  | read_write | [S·B, D]                               |
//
// Invocation i owns source row m = ⌊i / tiles⌋ = s·B + b and columns 4·(i mod tiles) … of model group.z, tiles = ⌈D / 4⌉, and
// adds the decoder steps in rising order. At an edge it loads the last column again and stores only what exists.

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
  dkeysPerModel: u32,
  dvRowsPerModel: u32,
}

@group(0) @binding(0) var<storage, read> query: array<f32>;
@group(0) @binding(1) var<storage, read> keys: array<f32>;
@group(0) @binding(2) var<storage, read> v: array<f32>;
@group(0) @binding(3) var<storage, read> dscores: array<f32>;
@group(0) @binding(4) var<storage, read_write> dkeys: array<f32>;
@group(0) @binding(5) var<storage, read_write> dvRows: array<f32>;
@group(1) @binding(0) var<uniform> args: Args;

override WORKGROUP_SIZE: u32 = 16u;

// Four columns of a row that starts at `at`; the last column again where D ends.
fn load_query(at: u32, d: vec4<u32>) -> vec4<f32> {
  return vec4<f32>(query[at + d.x], query[at + d.y], query[at + d.z], query[at + d.w]);
}

fn load_keys(at: u32, d: vec4<u32>) -> vec4<f32> {
  return vec4<f32>(keys[at + d.x], keys[at + d.y], keys[at + d.z], keys[at + d.w]);
}

fn store_dkeys(at: u32, columns: u32, value: vec4<f32>) {
  dkeys[at] = value.x;
  if (columns > 1u) { dkeys[at + 1u] = value.y; }
  if (columns > 2u) { dkeys[at + 2u] = value.z; }
  if (columns > 3u) { dkeys[at + 3u] = value.w; }
}

fn store_dvRows(at: u32, columns: u32, value: vec4<f32>) {
  dvRows[at] = value.x;
  if (columns > 1u) { dvRows[at + 1u] = value.y; }
  if (columns > 2u) { dvRows[at + 2u] = value.z; }
  if (columns > 3u) { dvRows[at + 3u] = value.w; }
}

@compute @workgroup_size(WORKGROUP_SIZE)
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) lane: u32,
) {
  let i = linear_index(group, groups, lane, WORKGROUP_SIZE);
  let tiles = (args.D + 3u) / 4u;
  let m = i / tiles;
  if (m >= args.S * args.B) { return; }
  let first = (i % tiles) * 4u;
  let d = min(vec4<u32>(first, first + 1u, first + 2u, first + 3u), vec4<u32>(args.D - 1u));
  let b = m % args.B;
  let s = m / args.B;
  let row = args.keysOffset + m * args.keysStride;
  let own = load_keys(group.z * args.keysPerModel + row, d);
  let query_at = group.z * args.queryPerModel + args.queryOffset;
  let dscores_at = group.z * args.dscoresPerModel + args.pairsOffset + s;
  var slopes = vec4<f32>();
  var values = vec4<f32>();
  for (var t = 0u; t < args.T; t++) {
    let n = t * args.B + b;
    let u = tanh4(own + load_query(query_at + n * args.queryStride, d));
    let dscore = dscores[dscores_at + n * args.S];
    slopes += dscore * (vec4<f32>(1.0) - u * u);
    values += dscore * u;
  }
  let k = group.z * args.vPerModel + d;
  let slope = vec4<f32>(v[k.x], v[k.y], v[k.z], v[k.w]) * slopes;
  store_dkeys(group.z * args.dkeysPerModel + row + first, args.D - first, slope);
  store_dvRows(group.z * args.dvRowsPerModel + m * args.D + first, args.D - first, values);
}
