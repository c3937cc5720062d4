// loss-ce, `row`: softmax cross-entropy over class ids and its gradient, one row per invocation.
//
//   q = (1 − smoothing)·onehot(t) + smoothing/V
//   rowLoss[group.z * args.rowLossPerModel + n] = mask[n] Σ_v q (logsumexp(p) − p)    dlogits = mask[n] (softmax(p) − q) / count
//
// | binding | tensor  | access     | shape                        |
// | ------- | ------- | ---------- | ---------------------------- |
// | 0       | logits  | read       | [N, V] from pOffset, pStride |
// | 1       | target_ | read       | [N]                          |
// | 2       | mask    | read       | [N]                          |
// | 3       | count   | read       | [1]                          |
// | 4       | rowLoss | read_write | [N]                          |
// | 5       | dlogits | read_write | [N, V] from dOffset, dStride |
// | 6       | flags   | read_write | [1]                          |
//
// Invocation i owns row i and takes four elements at a time; the last four may repeat element V − 1. The contract's `target`
// carries an underscore because WGSL reserves the word. In a masked row zeros are selected, because 0 · NaN would not be 0.

struct Args {
  N: u32,
  V: u32,
  pOffset: u32,
  pStride: u32,
  dOffset: u32,
  dStride: u32,
  flagBit: u32,
  smoothing: f32,
  logitsPerModel: u32,
  targetPerModel: u32,
  maskPerModel: u32,
  countPerModel: u32,
  rowLossPerModel: u32,
  dlogitsPerModel: u32,
  flagsPerModel: u32,
}

@group(0) @binding(0) var<storage, read> logits: array<f32>;
@group(0) @binding(1) var<storage, read> target_: array<u32>;
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
  let weight = mask[group.z * args.maskPerModel + n];
  let masked = weight == 0.0;
  let last = vec4<u32>(args.V - 1u);
  var best = vec4<f32>(logits[p_at]);
  var best_at = vec4<u32>();
  var bad = false;
  for (var v = 0u; v < args.V; v += 4u) {
    let j = min(vec4<u32>(v, v + 1u, v + 2u, v + 3u), last);
    let p = vec4<f32>(logits[p_at + j.x], logits[p_at + j.y], logits[p_at + j.z], logits[p_at + j.w]);
    bad = bad || any_not_finite(p);
    let more = p > best;
    best_at = select(best_at, j, more);
    best = select(best, p, more);
  }
  if (bad) {
    atomicOr(&flags[group.z * args.flagsPerModel], args.flagBit);
  }
  let p_top = max(max(best.x, best.y), max(best.z, best.w));
  let zw = select(best_at.z, best_at.w, best.w > best.z);
  let xy = select(best_at.x, best_at.y, best.y > best.x);
  let top = select(xy, zw, max(best.z, best.w) > max(best.x, best.y));
  // Without the maximum, whose term is 1: log1p keeps the loss of a confident row accurate.
  var terms = vec4<f32>();
  for (var v = 0u; v < args.V; v += 4u) {
    let own = vec4<u32>(v, v + 1u, v + 2u, v + 3u);
    let j = min(own, last);
    let p = vec4<f32>(logits[p_at + j.x], logits[p_at + j.y], logits[p_at + j.z], logits[p_at + j.w]);
    let term = exp(max(p - p_top, vec4<f32>(-EXP_LIMIT)));
    terms += select(vec4<f32>(), term, (own <= last) & (own != vec4<u32>(top)));
  }
  let rest = (terms.x + terms.y) + (terms.z + terms.w);
  let label = target_[group.z * args.targetPerModel + n];
  let scale = weight / count[group.z * args.countPerModel];
  let share = 1.0 / (1.0 + rest);
  let spread = args.smoothing / f32(args.V);
  let log_sum = log1p(rest);
  var others = vec4<f32>();
  for (var v = 0u; v < args.V; v += 4u) {
    let own = vec4<u32>(v, v + 1u, v + 2u, v + 3u);
    let j = min(own, last);
    let p = vec4<f32>(logits[p_at + j.x], logits[p_at + j.y], logits[p_at + j.z], logits[p_at + j.w]);
    let softmax = share * exp(max(p - p_top, vec4<f32>(-EXP_LIMIT)));
    let q = spread + select(vec4<f32>(), vec4<f32>(1.0 - args.smoothing), j == vec4<u32>(label));
    others += select(vec4<f32>(), log_sum + (p_top - p), own <= last);
    let dp = select(scale * (softmax - q), vec4<f32>(), masked);
    dlogits[d_at + j.x] = dp.x;
    dlogits[d_at + j.y] = dp.y;
    dlogits[d_at + j.z] = dp.z;
    dlogits[d_at + j.w] = dp.w;
  }
  let smooth_loss = spread * ((others.x + others.y) + (others.z + others.w));
  let own_loss = log_sum + (p_top - logits[p_at + label]);
  rowLoss[group.z * args.rowLossPerModel + n] = select(weight * ((1.0 - args.smoothing) * own_loss + smooth_loss), 0.0, masked);
}
