// The number of an invocation in a grid that `linearGrid` (src/operations/grids.ts) may have folded over y.

fn linear_index(group: vec3<u32>, groups: vec3<u32>, lane: u32, size: u32) -> u32 {
  return (group.y * groups.x + group.x) * size + lane;
}
