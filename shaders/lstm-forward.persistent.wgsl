// lstm-forward, `persistent`: `steps` steps from step t on (in reverse down from it) in one dispatch.
//
//   i = σ(a_i + h' U_i + bu_i)    f, o likewise    g = tanh(a_g + h' U_g + bu_g)
//   c = f ⊙ c' + i ⊙ g            h = o ⊙ tanh(c)
//
// | binding | tensor | access     | shape                                                         |
// | ------- | ------ | ---------- | ------------------------------------------------------------- |
// | 0       | h      | read_write | [T+1, B, H], h' of the first step in, a row for each step out |
// | 1       | c      | read_write | [T+1, B, H], likewise                                         |
// | 2       | record | read_write | [T, B, 4, H], rows of the steps: slots 0–3 a_i … → i, f, g, o |
// | 3       | U      | read       | [H, 4H]                                                       |
// | 4       | bu     | read       | [4H]                                                          |
// | 5       | mask   | read       | [T, B], where masked = 1                                      |
// | 6       | flags  | read_write | [1]                                                           |
// | 7       | work   | read_write | see `lib/recurrent-work`                                      |
//
// Workgroup x owns rows b = ROWS·x … of model z in every step; its lanes share columns of the products, then units of the gates.

struct Args {
  t: u32,
  steps: u32,
  B: u32,
  H: u32,
  flagBit: u32,
  reverse: u32,
  masked: u32,
  hPerModel: u32,
  cPerModel: u32,
  recordPerModel: u32,
  UPerModel: u32,
  buPerModel: u32,
  maskPerModel: u32,
  flagsPerModel: u32,
  workPerModel: u32,
}

@group(0) @binding(0) var<storage, read_write> h: array<f32>;
@group(0) @binding(1) var<storage, read_write> c: array<f32>;
@group(0) @binding(2) var<storage, read_write> record: array<f32>;
@group(0) @binding(3) var<storage, read> U: array<f32>;
@group(0) @binding(4) var<storage, read> bu: array<f32>;
@group(0) @binding(5) var<storage, read> mask: array<f32>;
@group(0) @binding(6) var<storage, read_write> flags: array<atomic<u32>>;
@group(0) @binding(7) var<storage, read_write> work: array<vec4<f32>>;
@group(1) @binding(0) var<uniform> args: Args;

override WORKGROUP_SIZE: u32 = 4u;
override ROWS: u32 = 16u;

var<private> model: u32;

@compute @workgroup_size(WORKGROUP_SIZE)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
  model = group.z;
  if (play_steps(group.x * ROWS, lane)) {
    atomicOr(&flags[model * args.flagsPerModel], args.flagBit);
  }
}
