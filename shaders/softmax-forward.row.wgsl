// softmax-forward, `row`: one row per invocation, with the maximum subtracted.
//
//   out[n, v] = exp(p[n, v] − max p[n]) / Σ_v exp(p[n, v] − max p[n])
//
// | binding | tensor | access     | shape  |
// | ------- | ------ | ---------- | ------ |
// | 0       | logits | read       | [N, V] |
// | 1       | out    | read_write | [N, V] |
//
// Invocation i owns row i.

struct Args {
  N: u32,
  V: u32,
}

@group(0) @binding(0) var<storage, read> logits: array<f32>;
@group(0) @binding(1) var<storage, read_write> out: array<f32>;
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
  let at = n * args.V;
  var top = logits[at];
  for (var v = 1u; v < args.V; v++) {
    top = max(top, logits[at + v]);
  }
  var sum = 0.0;
  for (var v = 0u; v < args.V; v++) {
    let e = exp(max(logits[at + v] - top, -EXP_LIMIT));
    sum += e;
    out[at + v] = e;
  }
  for (var v = 0u; v < args.V; v++) {
    out[at + v] /= sum;
  }
}
