// attention-score-dot, `element`: one pair of decoder step and source step per invocation.
//
//   scores[t,b,s] = scale · Σ_d query[t,b,d] · keys[s,b,d]
//
// | binding | tensor | access     | shape                                  |
// | ------- | ------ | ---------- | -------------------------------------- |
// | 0       | query  | read       | [T·B, D] from queryOffset, queryStride |
// | 1       | keys   | read       | [S·B, D] from keysOffset, keysStride   |
// | 2       | scores | read_write | [T·B, S] from pairsOffset              |
//
// Invocation i owns source step s = i mod S of row n = ⌊i / S⌋ = t·B + b in model group.z.

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
  scale: f32,
  queryPerModel: u32,
  keysPerModel: u32,
  scoresPerModel: u32,
}

@group(0) @binding(0) var<storage, read> query: array<f32>;
@group(0) @binding(1) var<storage, read> keys: array<f32>;
@group(0) @binding(2) var<storage, read_write> scores: array<f32>;
@group(1) @binding(0) var<uniform> args: Args;

override WORKGROUP_SIZE: u32 = 16u;

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
  var sum = 0.0;
  for (var d = 0u; d < args.D; d++) {
    sum += query[q + d] * keys[k + d];
  }
  scores[group.z * args.scoresPerModel + args.pairsOffset + i] = args.scale * sum;
}
