// Stores sums of a tile one by one, and only what exists: for sums that are added to what is there, or whose edges are not the last row
// or column again. The kernel declares `write`, which stores one number.

// Four columns of a row, or as many as there are.
fn write_columns(at: u32, columns: u32, a: vec4<f32>) {
  write(at, a.x);
  if (columns > 1u) { write(at + 1u, a.y); }
  if (columns > 2u) { write(at + 2u, a.z); }
  if (columns > 3u) { write(at + 3u, a.w); }
}
