// dropout, `element`: rows times a mask drawn from the key.
//
//   y[yOffset + row·yStride + d] = x[xOffset + row·xStride + d] · keep / (1 − rate), row = t·B + b
//
// | binding | tensor | access     | shape                              |
// | ------- | ------ | ---------- | ---------------------------------- |
// | 0       | x      | read       | [T·B, D] from xOffset, xStride     |
// | 1       | key    | read       | [2], seed and training step        |
// | 2       | y      | read_write | [T·B, D] from yOffset, yStride     |
//
// Invocation i owns element i of [T, B, D]. Its number in the mask is that in the whole sequence, which may have been cut
// before this chunk, or (variational) that in [B, D].
// Layer z of the grid is a model.

struct Args {
  T: u32,
  B: u32,
  D: u32,
  variational: u32,
  firstStep: u32,
  site: u32,
  rate: f32,
  xOffset: u32,
  xStride: u32,
  yOffset: u32,
  yStride: u32,
  xPerModel: u32,
  keyPerModel: u32,
  yPerModel: u32,
}

@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read> key: array<u32>;
@group(0) @binding(2) var<storage, read_write> y: array<f32>;
@group(1) @binding(0) var<uniform> args: Args;

override WORKGROUP_SIZE: u32 = 16u;

@compute @workgroup_size(WORKGROUP_SIZE)
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) lane: u32,
) {
  let i = linear_index(group, groups, lane, WORKGROUP_SIZE);
  let step = args.B * args.D;
  if (i >= args.T * step) { return; }
  let row = i / args.D;
  let d = i % args.D;
  let one_mask = args.variational == 1u;
  let stream = select(DROPOUT, RECURRENT_DROPOUT, one_mask);
  let drawn = select(args.firstStep * step + i, i % step, one_mask);
  let key_at = group.z * args.keyPerModel;
  let factor = dropout_factor(vec2<u32>(key[key_at], key[key_at + 1u]), stream, args.site, drawn, args.rate);
  let from_row = group.z * args.xPerModel + args.xOffset + row * args.xStride;
  let to_row = group.z * args.yPerModel + args.yOffset + row * args.yStride;
  y[to_row + d] = x[from_row + d] * factor;
}
