// attention-context, `element`: one column of one decoder row per invocation.
//
//   out[t,b,d] = scale · Σ_s weights[t,b,s] · values[s,b,d]
//
// | binding | tensor  | access     | shape                                    |
// | ------- | ------- | ---------- | ---------------------------------------- |
// | 0       | weights | read       | [T·B, S] from pairsOffset                |
// | 1       | values  | read       | [S·B, D] from valuesOffset, valuesStride |
// | 2       | out     | read_write | [T·B, D] from outOffset, outStride       |
//
// Invocation i owns column d = i mod D of row n = ⌊i / D⌋ = t·B + b in model group.z.

struct Args {
  T: u32,
  B: u32,
  S: u32,
  D: u32,
  pairsOffset: u32,
  valuesOffset: u32,
  valuesStride: u32,
  outOffset: u32,
  outStride: u32,
  scale: f32,
  weightsPerModel: u32,
  valuesPerModel: u32,
  outPerModel: u32,
}

@group(0) @binding(0) var<storage, read> weights: array<f32>;
@group(0) @binding(1) var<storage, read> values: array<f32>;
@group(0) @binding(2) var<storage, read_write> out: array<f32>;
@group(1) @binding(0) var<uniform> args: Args;

override WORKGROUP_SIZE: u32 = 16u;

@compute @workgroup_size(WORKGROUP_SIZE)
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) lane: u32,
) {
  let i = linear_index(group, groups, lane, WORKGROUP_SIZE);
  let n = i / args.D;
  let d = i % args.D;
  if (n >= args.T * args.B) { return; }
  let w = group.z * args.weightsPerModel + args.pairsOffset + n * args.S;
  let first = group.z * args.valuesPerModel + args.valuesOffset + (n % args.B) * args.valuesStride + d;
  let step = args.B * args.valuesStride;
  var sum = 0.0;
  for (var s = 0u; s < args.S; s++) {
    sum += weights[w + s] * values[first + s * step];
  }
  out[group.z * args.outPerModel + args.outOffset + n * args.outStride + d] = args.scale * sum;
}
