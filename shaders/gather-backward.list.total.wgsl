// gather-backward, `list`, fourth kernel: the slabs in ascending order, so that two runs agree bit for bit (no atomics).
//
//   dW[d, c] = Σ_s slabs[s, d, c], or 0 where d = padding
//
// | binding | tensor | access     | shape                          |
// | ------- | ------ | ---------- | ------------------------------ |
// | 0       | slabs  | read       | [S, D, C], S = ⌈N / SLAB_ROWS⌉ |
// | 1       | dW     | read_write | [D, C]                         |
//
// Invocation i owns element i of [D, C].

struct Args {
  D: u32,
  C: u32,
  padding: u32,
}

@group(0) @binding(0) var<storage, read> slabs: array<f32>;
@group(0) @binding(1) var<storage, read_write> dW: array<f32>;
@group(1) @binding(0) var<uniform> args: Args;

override WORKGROUP_SIZE: u32 = 16u;

@compute @workgroup_size(WORKGROUP_SIZE)
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) lane: u32,
) {
  let i = linear_index(group, groups, lane, WORKGROUP_SIZE);
  let slab = args.D * args.C;
  if (i >= slab) { return; }
  var sum = 0.0;
  if (i / args.C != args.padding) {
    for (var at = i; at < arrayLength(&slabs); at += slab) {
      sum += slabs[at];
    }
  }
  dW[i] = sum;
}
