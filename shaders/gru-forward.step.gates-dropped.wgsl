// gru-forward, `step`, reset before, first kernel of step t with variational dropout: both gates, and r ⊙ h' for the candidate.
//
//   h̃' = h' ⊙ keep / (1 − rate)    z = σ(a_z + h̃' U_z)    r = σ(a_r + h̃' U_r)    s = r ⊙ h̃'
//
// | binding | tensor | access     | shape                                                    |
// | ------- | ------ | ---------- | -------------------------------------------------------- |
// | 0       | h      | read       | [T+1, B, H], h' is row t−1, in reverse row t             |
// | 1       | record | read_write | [T, B, 4, H], row t−1: slots 0, 1 a_z, a_r → z, r; 3 ← s |
// | 2       | U      | read       | [H, 3H], columns z, r                                    |
// | 3       | mask   | read       | [T, B], where masked = 1                                 |
// | 4       | flags  | read_write | [1]                                                      |
// | 5       | key    | read       | [2], seed and training step                              |
//
// Invocation i owns rows b = 8·⌊i / tiles⌋ … and units j = 4·(i mod tiles) …, tiles = ⌈H / 4⌉, of both gates: an 8 × 8
// register tile. At an edge it loads the last row or unit again and stores only what exists. A masked row becomes 0.
// Layer z of the grid is a model.

struct Args {
  t: u32,
  B: u32,
  H: u32,
  flagBit: u32,
  reverse: u32,
  masked: u32,
  hPerModel: u32,
  recordPerModel: u32,
  UPerModel: u32,
  maskPerModel: u32,
  flagsPerModel: u32,
  site: u32,
  rate: f32,
  keyPerModel: u32,
}

@group(0) @binding(0) var<storage, read> h: array<f32>;
@group(0) @binding(1) var<storage, read_write> record: array<f32>;
@group(0) @binding(2) var<storage, read> U: array<f32>;
@group(0) @binding(3) var<storage, read> mask: array<f32>;
@group(0) @binding(4) var<storage, read_write> flags: array<atomic<u32>>;
@group(0) @binding(5) var<storage, read> key: array<u32>;
@group(1) @binding(0) var<uniform> args: Args;

override WORKGROUP_SIZE: u32 = 8u;

var<private> model: u32;

@compute @workgroup_size(WORKGROUP_SIZE)
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) lane: u32,
) {
  model = group.z;
  compute_tile(linear_index(group, groups, lane, WORKGROUP_SIZE));
}
