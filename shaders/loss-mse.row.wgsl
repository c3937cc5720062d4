// loss-mse, `row`: squared error and its gradient, one row per invocation.
//
//   rowLoss[group.z * args.rowLossPerModel + n] = mask[n] Σ_v (p − t)²    dlogits = 2 mask[n] (p − t) / (count · V)
//
// | binding | tensor  | access     | shape                        |
// | ------- | ------- | ---------- | ---------------------------- |
// | 0       | logits  | read       | [N, V] from pOffset, pStride |
// | 1       | target_ | read       | [N, V]                       |
// | 2       | mask    | read       | [N]                          |
// | 3       | count   | read       | [1]                          |
// | 4       | rowLoss | read_write | [N]                          |
// | 5       | dlogits | read_write | [N, V] from dOffset, dStride |
// | 6       | flags   | read_write | [1]                          |
//
// Invocation i owns row i. The contract's `target` carries an underscore because WGSL reserves the word. In a masked
// row zeros are selected, because 0 · NaN would not be 0.

struct Args {
  N: u32,
  V: u32,
  pOffset: u32,
  pStride: u32,
  dOffset: u32,
  dStride: u32,
  flagBit: u32,
  logitsPerModel: u32,
  targetPerModel: u32,
  maskPerModel: u32,
  countPerModel: u32,
  rowLossPerModel: u32,
  dlogitsPerModel: u32,
  flagsPerModel: u32,
}

@group(0) @binding(0) var<storage, read> logits: array<f32>;
@group(0) @binding(1) var<storage, read> target_: array<f32>;
@group(0) @binding(2) var<storage, read> mask: array<f32>;
@group(0) @binding(3) var<storage, read> count: array<f32>;
@group(0) @binding(4) var<storage, read_write> rowLoss: array<f32>;
@group(0) @binding(5) var<storage, read_write> dlogits: array<f32>;
@group(0) @binding(6) var<storage, read_write> flags: array<atomic<u32>>;
@group(1) @binding(0) var<uniform> args: Args;

override WORKGROUP_SIZE: u32 = 16u;

@compute @workgroup_size(WORKGROUP_SIZE)
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) lane: u32,
) {
  let n = linear_index(group, groups, lane, WORKGROUP_SIZE);
  if (n >= args.N) { return; }
  let p_at = group.z * args.logitsPerModel + args.pOffset + n * args.pStride;
  let d_at = group.z * args.dlogitsPerModel + args.dOffset + n * args.dStride;
  let t_at = group.z * args.targetPerModel + n * args.V;
  let weight = mask[group.z * args.maskPerModel + n];
  let masked = weight == 0.0;
  let scale = 2.0 * weight / (count[group.z * args.countPerModel] * f32(args.V));
  var sum = 0.0;
  var bad = false;
  for (var v = 0u; v < args.V; v++) {
    let p = logits[p_at + v];
    bad = bad || not_finite(p);
    let difference = p - target_[t_at + v];
    sum += difference * difference;
    dlogits[d_at + v] = select(scale * difference, 0.0, masked);
  }
  if (bad) {
    atomicOr(&flags[group.z * args.flagsPerModel], args.flagBit);
  }
  rowLoss[group.z * args.rowLossPerModel + n] = select(weight * sum, 0.0, masked);
}
