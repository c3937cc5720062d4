// attention-collect, `element`: one column of one source row per invocation.
//
//   out[s,b,d] = accumulate · out[s,b,d] + scale · Σ_t weights[t,b,s] · rows[t,b,d]
//
// | binding | tensor  | access     | shape                                |
// | ------- | ------- | ---------- | ------------------------------------ |
// | 0       | weights | read       | [T·B, S] from pairsOffset            |
// | 1       | rows    | read       | [T·B, D] from rowsOffset, rowsStride |
// | 2       | out     | read_write | [S·B, D] from outOffset, outStride   |
//
// Invocation i owns column d = i mod D of source row m = ⌊i / D⌋ = s·B + b in model group.z and adds the decoder steps in
// rising order.

struct Args {
  T: u32,
  B: u32,
  S: u32,
  D: u32,
  pairsOffset: u32,
  rowsOffset: u32,
  rowsStride: u32,
  outOffset: u32,
  outStride: u32,
  accumulate: u32,
  scale: f32,
  weightsPerModel: u32,
  rowsPerModel: u32,
  outPerModel: u32,
}

@group(0) @binding(0) var<storage, read> weights: array<f32>;
@group(0) @binding(1) var<storage, read> rows: array<f32>;
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
  let m = i / args.D;
  let d = i % args.D;
  if (m >= args.S * args.B) { return; }
  let b = m % args.B;
  let s = m / args.B;
  let weights_at = group.z * args.weightsPerModel + args.pairsOffset + s;
  let rows_at = group.z * args.rowsPerModel + args.rowsOffset + d;
  var sum = 0.0;
  for (var t = 0u; t < args.T; t++) {
    let n = t * args.B + b;
    sum += weights[weights_at + n * args.S] * rows[rows_at + n * args.rowsStride];
  }
  let at = group.z * args.outPerModel + args.outOffset + m * args.outStride + d;
  var value = args.scale * sum;
  if (args.accumulate == 1u) {
    value += out[at];
  }
  out[at] = value;
}
