// rnn-backward, `persistent`: `steps` rows of the states from row t down (in reverse up) in one dispatch. For each row:
//
//   δ = dh + da Uᵀ of the step that read the row                              (not for the final state)
//   da = δ ⊙ φ'(h) of the step that made it                                   (not for the initial state)
//
// | binding | tensor | access     | shape                                                                           |
// | ------- | ------ | ---------- | ------------------------------------------------------------------------------- |
// | 0       | h      | read       | [T+1, B, H], h of the steps                                                     |
// | 1       | record | read_write | [T, B, H], da of the step that read row t; of the steps that made the rows → da |
// | 2       | U      | read       | [H, H]                                                                          |
// | 3       | mask   | read       | [T, B], where masked = 1, of the steps that made the rows                       |
// | 4       | dh     | read_write | [T+1, B, H], the rows and the one that follows                                  |
// | 5       | work   | read_write | see `lib/recurrent-work`                                                        |
//
// dh' is added to where it holds an upstream gradient (upstream = 1, but not in the row of the initial state) and assigned otherwise.
// Workgroup x owns rows b = ROWS·x … of model z throughout; its lanes share columns of the products, then units of the gates.

struct Args {
  t: u32,
  steps: u32,
  B: u32,
  H: u32,
  T: u32,
  activation: u32,
  reverse: u32,
  masked: u32,
  upstream: u32,
  hPerModel: u32,
  recordPerModel: u32,
  UPerModel: u32,
  maskPerModel: u32,
  dhPerModel: u32,
  workPerModel: u32,
}

@group(0) @binding(0) var<storage, read> h: array<f32>;
@group(0) @binding(1) var<storage, read_write> record: array<f32>;
@group(0) @binding(2) var<storage, read> U: array<f32>;
@group(0) @binding(3) var<storage, read> mask: array<f32>;
@group(0) @binding(4) var<storage, read_write> dh: array<f32>;
@group(0) @binding(5) var<storage, read_write> work: array<vec4<f32>>;
@group(1) @binding(0) var<uniform> args: Args;

override WORKGROUP_SIZE: u32 = 4u;
override ROWS: u32 = 16u;

var<private> model: u32;

@compute @workgroup_size(WORKGROUP_SIZE)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
  model = group.z;
  play_rows(group.x * ROWS, lane);
}
