// gradient-norm, `lanes`, first kernel: every lane sums the squares of every LANES-th four elements.
//
//   sums[i] = Σ_{⌊p / 4⌋ ≡ i mod LANES} grads[p]²
//
// | binding | tensor | access     | shape   |
// | ------- | ------ | ---------- | ------- |
// | 0       | grads  | read       | [P]     |
// | 1       | sums   | read_write | [LANES] |
//
// Invocation i owns lane i of model group.z.

struct Args {
  P: u32,
  gradsPerModel: u32,
  sumsPerModel: u32,
}

@group(0) @binding(0) var<storage, read> grads: array<f32>;
@group(0) @binding(1) var<storage, read_write> sums: array<f32>;
@group(1) @binding(0) var<uniform> args: Args;

override WORKGROUP_SIZE: u32 = 16u;
override LANES: u32 = 128u;

@compute @workgroup_size(WORKGROUP_SIZE)
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) lane: u32,
) {
  let i = linear_index(group, groups, lane, WORKGROUP_SIZE);
  if (i >= LANES) { return; }
  let first = group.z * args.gradsPerModel;
  var squares = vec4<f32>();
  let whole = args.P / 4u;
  for (var quad = i; quad < whole; quad += LANES) {
    let at = first + 4u * quad;
    let g = vec4<f32>(grads[at], grads[at + 1u], grads[at + 2u], grads[at + 3u]);
    squares += g * g;
  }
  // What four do not divide: three elements at most, one for each of the first lanes.
  let rest = 4u * whole + i;
  if (rest < args.P) {
    let g = grads[first + rest];
    squares.x += g * g;
  }
  sums[group.z * args.sumsPerModel + i] = (squares.x + squares.y) + (squares.z + squares.w);
}
