/** `batch-gather`: windows of resident rows, time-major. Rows from `live` on are padding. */

@unmanaged
class BatchGather {
  rows: f64;
  starts: f64;
  x: f64;
  T: f64;
  B: f64;
  D: f64;
  R: f64;
  K: f64;
  shift: f64;
  slot: f64;
  live: f64;
  scratch: f64;
}

/** Copies row by row; `slot` picks one of the K batches of `starts`. */
export function batchGather(call: BatchGather): void {
  const T = <usize>call.T;
  const B = <usize>call.B;
  const live = <usize>call.live;
  const bytes = <usize>call.D * 4;
  const starts = <usize>call.starts + <usize>call.slot * B * 4;
  let to = <usize>call.x;
  for (let t: usize = 0; t < T; t++) {
    for (let b: usize = 0; b < B; b++) {
      const row = <usize>load<u32>(starts + b * 4) + <usize>call.shift + t;
      if (b < live) memory.copy(to, <usize>call.rows + row * bytes, bytes);
      else memory.fill(to, 0, bytes);
      to += bytes;
    }
  }
}
