// rnn-backward, `step`, row t of h (T … 0, in reverse 0 … T): finishes dL/dh of this row, then starts the step that made it.
//
//   δ = dh + da of the step that read this row · Uᵀ                    (not for the final state)
//   da of the step that made it = δ ⊙ φ'(h)                              (not for the initial state)
//
// | binding | tensor | access     | shape                                                               |
// | ------- | ------ | ---------- | ------------------------------------------------------------------- |
// | 0       | h      | read       | [T+1, B, H], row t                                                  |
// | 1       | record | read_write | [T, B, H]; row t: da, read; row t−1: da, written; in reverse t−1, t |
// | 2       | U      | read       | [H, H]                                                              |
// | 3       | mask   | read       | [T, B], where masked = 1, of the step that made row t               |
// | 4       | dh     | read_write | [T+1, B, H], rows t and t−1, in reverse t+1                         |
//
// What the row of the state before holds is an upstream gradient where upstream = 1, but garbage in that of the initial
// state and where upstream = 0; it is replaced there by 0, or by what a masked step hands on. The record row of the later
// step is complete (an earlier dispatch), the other is touched only in the invocation's own elements; masked it becomes 0.
// Invocation i owns rows b = 8·⌊i / tiles⌋ … and units j = 4·(i mod tiles) …, tiles = ⌈H / 4⌉: an 8 × 4
// register tile. At an edge it loads the last row or unit again and stores only what exists.
// Layer z of the grid is a model.

struct Args {
  t: u32,
  T: u32,
  B: u32,
  H: u32,
  activation: u32,
  reverse: u32,
  masked: u32,
  upstream: u32,
  hPerModel: u32,
  recordPerModel: u32,
  UPerModel: u32,
  maskPerModel: u32,
  dhPerModel: u32,
}

@group(0) @binding(0) var<storage, read> h: array<f32>;
@group(0) @binding(1) var<storage, read_write> record: array<f32>;
@group(0) @binding(2) var<storage, read> U: array<f32>;
@group(0) @binding(3) var<storage, read> mask: array<f32>;
@group(0) @binding(4) var<storage, read_write> dh: array<f32>;
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
