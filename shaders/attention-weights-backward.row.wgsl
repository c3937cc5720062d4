// attention-weights-backward, `row`: derivative of softmax in place, one row per invocation.
//
//   dscores[t,b,s] = weights[t,b,s] · (dweights[t,b,s] − Σ_s' weights[t,b,s'] · dweights[t,b,s'])
//
// | binding | tensor  | access     | shape                                   |
// | ------- | ------- | ---------- | --------------------------------------- |
// | 0       | weights | read       | [T·B, S] from pairsOffset               |
// | 1       | dscores | read_write | [T·B, S] from pairsOffset; in: dweights |
//
// Invocation i owns row i = t·B + b of model group.z.

struct Args {
  T: u32,
  B: u32,
  S: u32,
  pairsOffset: u32,
  weightsPerModel: u32,
  dscoresPerModel: u32,
}

@group(0) @binding(0) var<storage, read> weights: array<f32>;
@group(0) @binding(1) var<storage, read_write> dscores: array<f32>;
@group(1) @binding(0) var<uniform> args: Args;

override WORKGROUP_SIZE: u32 = 16u;

@compute @workgroup_size(WORKGROUP_SIZE)
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) lane: u32,
) {
  let n = linear_index(group, groups, lane, WORKGROUP_SIZE);
  if (n >= args.T * args.B) { return; }
  let row = args.pairsOffset + n * args.S;
  let w = group.z * args.weightsPerModel + row;
  let at = group.z * args.dscoresPerModel + row;
  var mean = 0.0;
  for (var s = 0u; s < args.S; s++) {
    mean += weights[w + s] * dscores[at + s];
  }
  for (var s = 0u; s < args.S; s++) {
    dscores[at + s] = weights[w + s] * (dscores[at + s] - mean);
  }
}
