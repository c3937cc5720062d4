// attention-score-additive, `element`: one pair of decoder step and source step per invocation, four columns at a time.
//
//   scores[t,b,s] = Σ_d v[d] · tanh(query[t,b,d] + keys[s,b,d])
//
// | binding | tensor | access     | shape                                  |
// | ------- | ------ | ---------- | -------------------------------------- |
// | 0       | query  | read       | [T·B, D] from queryOffset, queryStride |
// | 1       | keys   | read       | [S·B, D] from keysOffset, keysStride   |
// | 2       | v      | read       | [D]                                    |
// | 3       | scores | read_write | [T·B, S] from pairsOffset              |
//
// Invocation i owns source step s = i mod S of row n = ⌊i / S⌋ = t·B + b in model group.z. Columns beyond D are loaded again and
// count nothing.

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
  scoresPerModel: u32,
}

@group(0) @binding(0) var<storage, read> query: array<f32>;
@group(0) @binding(1) var<storage, read> keys: array<f32>;
@group(0) @binding(2) var<storage, read> v: array<f32>;
@group(0) @binding(3) var<storage, read_write> scores: array<f32>;
@group(1) @binding(0) var<uniform> args: Args;

override WORKGROUP_SIZE: u32 = 16u;

// Four columns of a row that starts at `at`; the last column again where D ends.
fn load_query(at: u32, d: vec4<u32>) -> vec4<f32> {
  return vec4<f32>(query[at + d.x], query[at + d.y], query[at + d.z], query[at + d.w]);
}

fn load_keys(at: u32, d: vec4<u32>) -> vec4<f32> {
  return vec4<f32>(keys[at + d.x], keys[at + d.y], keys[at + d.z], keys[at + d.w]);
}

@compute @workgroup_size(WORKGROUP_SIZE)
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) lane: u32,
) {
  let i = linear_index(group, groups, lane, WORKGROUP_SIZE);
  let n = i / args.S;
  let s = i % args.S;
  if (n >= args.T * args.B) { return; }
  let q = group.z * args.queryPerModel + args.queryOffset + n * args.queryStride;
  let k = group.z * args.keysPerModel + args.keysOffset + (s * args.B + n % args.B) * args.keysStride;
  let v_at = group.z * args.vPerModel;
  let last = vec4<u32>(args.D - 1u);
  var sum = vec4<f32>();
  for (var first = 0u; first < args.D; first += 4u) {
    let wanted = vec4<u32>(first, first + 1u, first + 2u, first + 3u);
    let d = min(wanted, last);
    let u = tanh4(load_query(q, d) + load_keys(k, d));
    let e = v_at + d;
    sum += select(vec4<f32>(), vec4<f32>(v[e.x], v[e.y], v[e.z], v[e.w]) * u, wanted <= last);
  }
  scores[group.z * args.scoresPerModel + args.pairsOffset + i] = (sum.x + sum.y) + (sum.z + sum.w);
}
