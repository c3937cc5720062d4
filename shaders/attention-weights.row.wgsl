// attention-weights, `row`: masked softmax, one row per invocation, with the maximum subtracted.
//
//   weights[t,b,s] = mask[s,b] · exp(scores[t,b,s] − max) / Σ_s mask[s,b] · exp(scores[t,b,s] − max)
//
// | binding | tensor  | access     | shape                     |
// | ------- | ------- | ---------- | ------------------------- |
// | 0       | scores  | read       | [T·B, S] from pairsOffset |
// | 1       | mask    | read       | [S, B]                    |
// | 2       | weights | read_write | [T·B, S] from pairsOffset |
// | 3       | flags   | read_write | [1]                       |
//
// Invocation i owns row i = t·B + b of model group.z. Without any step that counts, the row is 0. Raw scores are tested before
// the clamp of exp, which would hide what is not finite.

struct Args {
  T: u32,
  B: u32,
  S: u32,
  pairsOffset: u32,
  masked: u32,
  flagBit: u32,
  scoresPerModel: u32,
  maskPerModel: u32,
  weightsPerModel: u32,
  flagsPerModel: u32,
}

@group(0) @binding(0) var<storage, read> scores: array<f32>;
@group(0) @binding(1) var<storage, read> mask: array<f32>;
@group(0) @binding(2) var<storage, read_write> weights: array<f32>;
@group(0) @binding(3) var<storage, read_write> flags: array<atomic<u32>>;
@group(1) @binding(0) var<uniform> args: Args;

override WORKGROUP_SIZE: u32 = 16u;

// Step s of the sequence whose column of the mask begins at `at`.
fn counts(s: u32, at: u32) -> bool {
  if (args.masked == 0u) { return true; }
  return mask[at + s * args.B] != 0.0;
}

@compute @workgroup_size(WORKGROUP_SIZE)
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) lane: u32,
) {
  let n = linear_index(group, groups, lane, WORKGROUP_SIZE);
  if (n >= args.T * args.B) { return; }
  let row = args.pairsOffset + n * args.S;
  let raw = group.z * args.scoresPerModel + row;
  let first = group.z * args.weightsPerModel + row;
  let column = group.z * args.maskPerModel + n % args.B;
  var top = 0.0;
  var any = false;
  var bad = false;
  for (var s = 0u; s < args.S; s++) {
    if (counts(s, column)) {
      let score = scores[raw + s];
      bad = bad || not_finite(score);
      top = select(score, max(top, score), any);
      any = true;
    }
  }
  if (bad) {
    atomicOr(&flags[group.z * args.flagsPerModel], args.flagBit);
  }
  var sum = 0.0;
  for (var s = 0u; s < args.S; s++) {
    var e = 0.0;
    if (counts(s, column)) {
      e = exp(max(scores[raw + s] - top, -EXP_LIMIT));
    }
    sum += e;
    weights[first + s] = e;
  }
  if (!any) { return; }
  for (var s = 0u; s < args.S; s++) {
    weights[first + s] /= sum;
  }
}
