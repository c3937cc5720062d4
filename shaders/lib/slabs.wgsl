// How a sum over rows is cut into slabs; `slabCount` (src/operations/slabs.ts) say the same to the host.

const SHORTEST_SLAB: u32 = 64u;
const LONGEST_SLAB: u32 = 16384u;

// As many slabs as give `lanes` invocations work where `tiles` of them share a row.
fn slab_count(rows: u32, tiles: u32, lanes: u32) -> u32 {
  let wanted = min(max(lanes / tiles, 1u), (rows + SHORTEST_SLAB - 1u) / SHORTEST_SLAB);
  return max(wanted, (rows + LONGEST_SLAB - 1u) / LONGEST_SLAB);
}
