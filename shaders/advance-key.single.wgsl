// advance-key, `single`: the training step of the dropout masks, counted on the device.
//
//   key[1] = flags = 0 ? key[1] + 1 : key[1]
//
// | binding | tensor | access     | shape |
// | ------- | ------ | ---------- | ----- |
// | 0       | flags  | read       | [1]   |
// | 1       | key    | read_write | [2]   |
//
// One invocation counts for model group.z; a plan may give the workgroup more.

struct Args {
  flagsPerModel: u32,
  keyPerModel: u32,
}

@group(0) @binding(0) var<storage, read> flags: array<u32>;
@group(0) @binding(1) var<storage, read_write> key: array<u32>;
@group(1) @binding(0) var<uniform> args: Args;

override WORKGROUP_SIZE: u32 = 1u;

@compute @workgroup_size(WORKGROUP_SIZE)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
  if (lane == 0u && flags[group.z * args.flagsPerModel] == 0u) {
    key[group.z * args.keyPerModel + 1u] += 1u;
  }
}
