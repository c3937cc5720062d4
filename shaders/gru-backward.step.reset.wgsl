// gru-backward, `step`, reset before, second kernel of row t of h: through r ⊙ h' of the step that made it.
//
//   ds = da_n U_nᵀ    da_r = ds ⊙ h' ⊙ r ⊙ (1 − r)    dh' += ds ⊙ r
//
// | binding | tensor | access     | shape                                                                   |
// | ------- | ------ | ---------- | ----------------------------------------------------------------------- |
// | 0       | h      | read       | [T+1, B, H], h' is row t−1, in reverse t+1                              |
// | 1       | record | read_write | [T, B, 4, H], row t−1, in reverse t: slot 2 da_n; slot 1 r → da_r       |
// | 2       | U      | read       | [H, 3H], columns n                                                      |
// | 3       | dh     | read_write | [T+1, B, H], row t−1, in reverse t+1                                    |
//
// Invocation i owns rows b = 8·⌊i / tiles⌋ … and units j = 4·(i mod tiles) …, tiles = ⌈H / 4⌉: an 8 × 4 register tile. At an
// edge it loads the last row or unit again and stores only what exists.
// Layer z of the grid is a model.

struct Args {
  t: u32,
  B: u32,
  H: u32,
  reverse: u32,
  hPerModel: u32,
  recordPerModel: u32,
  UPerModel: u32,
  dhPerModel: u32,
}

@group(0) @binding(0) var<storage, read> h: array<f32>;
@group(0) @binding(1) var<storage, read_write> record: array<f32>;
@group(0) @binding(2) var<storage, read> U: array<f32>;
@group(0) @binding(3) var<storage, read_write> dh: array<f32>;
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
