// next-symbol, `row`: the given symbol or the model's own, one sequence per invocation.
//
//   i = idsOffset + b
//   ids[i] = next[b] = uniform(2i) < ratio ? ids[i] : argmax p, or a draw from softmax(p) by uniform(2i + 1)
//
// | binding | tensor | access     | shape                       |
// | ------- | ------ | ---------- | --------------------------- |
// | 0       | logits | read       | [B, V] from logitsOffset    |
// | 1       | key    | read       | [2], seed and training step |
// | 2       | ids    | read_write | [B] from idsOffset          |
// | 3       | next   | read_write | [B]                         |
//
// Invocation i owns sequence i of model group.z. The first of equal logits counts. SCHEDULED_SAMPLING is the stream of src/core/rng.ts.

struct Args {
  B: u32,
  V: u32,
  logitsOffset: u32,
  idsOffset: u32,
  draw: u32,
  ratio: f32,
  logitsPerModel: u32,
  keyPerModel: u32,
  idsPerModel: u32,
  nextPerModel: u32,
}

@group(0) @binding(0) var<storage, read> logits: array<f32>;
@group(0) @binding(1) var<storage, read> key: array<u32>;
@group(0) @binding(2) var<storage, read_write> ids: array<u32>;
@group(0) @binding(3) var<storage, read_write> next: array<u32>;
@group(1) @binding(0) var<uniform> args: Args;

override WORKGROUP_SIZE: u32 = 16u;

const SCHEDULED_SAMPLING: u32 = 8u;

// Uniform in [0, 1), by the key that begins at `key_at`.
fn drawn(key_at: u32, index: u32) -> f32 {
  return f32(hash(key[key_at], SCHEDULED_SAMPLING, key[key_at + 1u], index) >> 8u) / 16777216.0;
}

@compute @workgroup_size(WORKGROUP_SIZE)
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) lane: u32,
) {
  let b = linear_index(group, groups, lane, WORKGROUP_SIZE);
  if (b >= args.B) { return; }
  let key_at = group.z * args.keyPerModel;
  let at = args.idsOffset + b;
  let place = group.z * args.idsPerModel + at;
  var chosen = ids[place];
  if (drawn(key_at, 2u * at) >= args.ratio) {
    let row = group.z * args.logitsPerModel + args.logitsOffset + b * args.V;
    chosen = 0u;
    for (var v = 1u; v < args.V; v++) {
      if (logits[row + v] > logits[row + chosen]) {
        chosen = v;
      }
    }
    if (args.draw == 1u) {
      let top = logits[row + chosen];
      var sum = 0.0;
      for (var v = 0u; v < args.V; v++) {
        sum += exp(max(logits[row + v] - top, -EXP_LIMIT));
      }
      var rest = drawn(key_at, 2u * at + 1u) * sum;
      chosen = 0u;
      loop {
        rest -= exp(max(logits[row + chosen] - top, -EXP_LIMIT));
        if (rest < 0.0 || chosen + 1u >= args.V) { break; }
        chosen++;
      }
    }
  }
  ids[place] = chosen;
  next[group.z * args.nextPerModel + b] = chosen;
}
