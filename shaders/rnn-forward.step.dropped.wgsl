// rnn-forward, `step`: all of step t (counted from 1) in one kernel, with variational dropout.
//
//   h̃' = h' ⊙ keep / (1 − rate)
//   h = φ(a + h̃' U + bu)
//
// | binding | tensor | access     | shape                                                  |
// | ------- | ------ | ---------- | ------------------------------------------------------ |
// | 0       | h      | read_write | [T+1, B, H], h' is row t−1, h row t; in reverse t, t−1 |
// | 1       | record | read       | [T, B, H], row t−1: a = x W + b                        |
// | 2       | U      | read       | [H, H]                                                 |
// | 3       | bu     | read       | [H]                                                    |
// | 4       | mask   | read       | [T, B], where masked = 1                               |
// | 5       | flags  | read_write | [1]                                                    |
// | 6       | key    | read       | [2], seed and training step                            |
//
// Invocation i owns rows b = 8·⌊i / tiles⌋ … and units j = 4·(i mod tiles) …, tiles = ⌈H / 4⌉: an 8 × 4
// register tile. At an edge it loads the last row or unit again and stores only what exists.
// A masked row keeps its state.
// Layer z of the grid is a model.

struct Args {
  t: u32,
  B: u32,
  H: u32,
  activation: u32,
  reverse: u32,
  masked: u32,
  flagBit: u32,
  hPerModel: u32,
  recordPerModel: u32,
  UPerModel: u32,
  buPerModel: u32,
  maskPerModel: u32,
  flagsPerModel: u32,
  site: u32,
  rate: f32,
  keyPerModel: u32,
}

@group(0) @binding(0) var<storage, read_write> h: array<f32>;
@group(0) @binding(1) var<storage, read> record: array<f32>;
@group(0) @binding(2) var<storage, read> U: array<f32>;
@group(0) @binding(3) var<storage, read> bu: array<f32>;
@group(0) @binding(4) var<storage, read> mask: array<f32>;
@group(0) @binding(5) var<storage, read_write> flags: array<atomic<u32>>;
@group(0) @binding(6) var<storage, read> key: array<u32>;
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
