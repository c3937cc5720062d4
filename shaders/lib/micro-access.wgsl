// How the routines of training-steps, `micro`, read their call and their tensors. A row of the table is offset
// and distance between models of up to 8 tensors, then numbers: extents and constants as u32, constants as
// f32, and of run-time scalars the column in `given`. Offsets count elements of the arena.

const CALL_WORDS: u32 = 40u;
const FIRST_NUMBER: u32 = 16u;

struct Call {
  // First word of the call in the table.
  at: u32,
  // First word of the step and the model in `given`.
  row: u32,
  model: u32,
}

// Where tensor i of the call begins.
fn tensor(call: Call, i: u32) -> u32 {
  return table[call.at + 2u * i] + call.model * table[call.at + 2u * i + 1u];
}

fn number(call: Call, i: u32) -> u32 {
  return table[call.at + FIRST_NUMBER + i];
}

fn constant(call: Call, i: u32) -> f32 {
  return bitcast<f32>(number(call, i));
}

fn scalar_word(call: Call, i: u32) -> u32 {
  return given[call.row + number(call, i)];
}

fn scalar(call: Call, i: u32) -> f32 {
  return bitcast<f32>(scalar_word(call, i));
}

fn load(at: u32) -> f32 {
  return bitcast<f32>(arena[at]);
}

fn store(at: u32, value: f32) {
  arena[at] = bitcast<u32>(value);
}

fn load4(at: u32, j: vec4<u32>) -> vec4<f32> {
  return vec4<f32>(load(at + j.x), load(at + j.y), load(at + j.z), load(at + j.w));
}

// Stores the elements that exist, `count` of them from `at` on.
fn store4(at: u32, count: u32, value: vec4<f32>) {
  store(at, value.x);
  if (count > 1u) { store(at + 1u, value.y); }
  if (count > 2u) { store(at + 2u, value.z); }
  if (count > 3u) { store(at + 3u, value.w); }
}

// Four neighbours from `first` on, those beyond the last of `count` again the last.
fn neighbours(first: u32, count: u32) -> vec4<u32> {
  return min(first + vec4<u32>(0u, 1u, 2u, 3u), vec4<u32>(count - 1u));
}

// The matrices of `lib/precise-sum`.
fn load_left(at: u32) -> f32 {
  return load(at);
}

fn load_right(at: u32, j: vec4<u32>) -> vec4<f32> {
  return load4(at, j);
}
