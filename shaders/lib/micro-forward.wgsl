// Routine of training-steps, `micro`: a recurrence of up to 32 units forward, any cell; the equations are those of the
// `<cell>-forward` contracts. A lane owns four units of every at_once-th batch row and keeps U for them (`lib/micro-held`).

// As the table numbers the cells.
const GRU_BEFORE: u32 = 0u;
const GRU_AFTER: u32 = 1u;
const LSTM: u32 = 2u;
const UGRNN: u32 = 3u;
const RNN: u32 = 4u;

// Bits of CELLS: those whose h' U has a bias, those with more than one gate, those with more than two that all meet h'.
const BIASED: u32 = 22u;
const GATED: u32 = 15u;
const MANY_GATED: u32 = 6u;

// The four units of a lane in one batch row: how many of them exist, which they are (the last one again beyond H), and where
// their row begins in the record, in the states that the step reads and in those that it writes.
struct Place {
  H: u32,
  first: u32,
  j: vec4<u32>,
  record: u32,
  old: u32,
  new_: u32,
  masked: bool,
}

fn load_slot(place: Place, slot: u32) -> vec4<f32> {
  return load4(place.record + slot * place.H, place.j);
}

fn store_slot(place: Place, slot: u32, value: vec4<f32>) {
  store4(place.record + slot * place.H + place.first, place.H - place.first, value);
}

// A state from `base` on; rows of h and c lie alike.
fn store_row(place: Place, at: u32, value: vec4<f32>) {
  store4(at + place.first, place.H - place.first, value);
}

// Pre-activation of a gate: the sum, or where it is large a more precise one. `U` is its first column, `from` the row it met.
fn settle(x: vec4<f32>, bias: vec4<f32>, product: vec4<f32>, place: Place, U: u32, from_: u32, stride: u32) -> vec4<f32> {
  let a = x + (bias + product);
  if (is_large(a)) {
    return precise_sum(x, bias, place.H, from_, U, stride, place.j);
  }
  return a;
}

// GRU, reset before, first part: z, r and s = r ⊙ h'.
fn open_gates(place: Place, h: u32, a_z: vec4<f32>, a_r: vec4<f32>) {
  let zero = vec4<f32>();
  let r = select(sigmoid4(a_r), zero, place.masked);
  store_slot(place, 0u, select(sigmoid4(a_z), zero, place.masked));
  store_slot(place, 1u, r);
  store_slot(place, 3u, r * load4(h + place.old, place.j));
}

// GRU, reset before, second part. z = n = 0 at a masked step, so that the state stays.
fn renew(place: Place, h: u32, a_n: vec4<f32>, activation: u32) {
  let n = select(activate4(a_n, activation), vec4<f32>(), place.masked);
  store_slot(place, 2u, n);
  store_row(place, h + place.new_, mix4(load4(h + place.old, place.j), n, load_slot(place, 0u)));
}

// GRU, reset after: all of a step. Returns a_n, which the flag asks for.
fn step_gru(place: Place, h: u32, a_z: vec4<f32>, a_r: vec4<f32>, q: vec4<f32>, activation: u32) -> vec4<f32> {
  let zero = vec4<f32>();
  let r = select(sigmoid4(a_r), zero, place.masked);
  let a_n = load_slot(place, 2u) + r * q;
  let z = select(sigmoid4(a_z), zero, place.masked);
  let n = select(activate4(a_n, activation), zero, place.masked);
  store_slot(place, 0u, z);
  store_slot(place, 1u, r);
  store_slot(place, 2u, n);
  store_slot(place, 3u, select(q, zero, place.masked));
  store_row(place, h + place.new_, mix4(load4(h + place.old, place.j), n, z));
  return a_n;
}

fn step_lstm(place: Place, h: u32, c: u32, a_i: vec4<f32>, a_f: vec4<f32>, a_g: vec4<f32>, a_o: vec4<f32>) {
  let zero = vec4<f32>();
  let i = select(sigmoid4(a_i), zero, place.masked);
  let f = select(sigmoid4(a_f), zero, place.masked);
  let g = select(tanh4(a_g), zero, place.masked);
  let o = select(sigmoid4(a_o), zero, place.masked);
  let old_cell = load4(c + place.old, place.j);
  let cell = f * old_cell + i * g;
  store_slot(place, 0u, i);
  store_slot(place, 1u, f);
  store_slot(place, 2u, g);
  store_slot(place, 3u, o);
  store_row(place, c + place.new_, select(cell, old_cell, place.masked));
  store_row(place, h + place.new_, select(o * tanh4(cell), load4(h + place.old, place.j), place.masked));
}

fn step_ugrnn(place: Place, h: u32, a_z: vec4<f32>, a_n: vec4<f32>) {
  let zero = vec4<f32>();
  let z = select(sigmoid4(a_z), zero, place.masked);
  let n = select(tanh4(a_n), zero, place.masked);
  store_slot(place, 0u, z);
  store_slot(place, 1u, n);
  store_row(place, h + place.new_, mix4(load4(h + place.old, place.j), n, z));
}

fn step_rnn(place: Place, h: u32, a: vec4<f32>, activation: u32) {
  store_row(place, h + place.new_, select(activate4(a, activation), load4(h + place.old, place.j), place.masked));
}

fn run_forward(call: Call, lane: u32) {
  let h = tensor(call, 0u);
  let record = tensor(call, 1u);
  let U = tensor(call, 2u);
  let bu = tensor(call, 3u);
  let mask = tensor(call, 4u);
  let c = tensor(call, 5u);
  let cell = number(call, 0u);
  let B = number(call, 1u);
  let H = number(call, 2u);
  let gates = number(call, 3u);
  let slots = number(call, 4u);
  let biased = number(call, 5u);
  let activation = number(call, 6u);
  let flagBit = number(call, 7u);
  let reverse = number(call, 8u);
  let masked = number(call, 9u);
  let fromStep = number(call, 10u);
  let toStep = number(call, 11u);

  let tiles = (H + 3u) / 4u;
  let at_once = WORKGROUP_SIZE / tiles;
  let first = (lane % tiles) * 4u;
  let j = neighbours(first, H);
  let begin = select(lane / tiles, B, lane / tiles >= at_once);
  let stride = gates * H;
  hold(U, gates, H, stride, j);
  var b0 = vec4<f32>(); var b1 = b0; var b2 = b0; var b3 = b0;
  if ((CELLS & BIASED) != 0u) {
    if (biased == 1u) {
      b0 = load4(bu, j);
      if (gates > 2u) {
        b1 = load4(bu + H, j);
        b2 = load4(bu + 2u * H, j);
      }
      if (gates > 3u) { b3 = load4(bu + 3u * H, j); }
    }
  }
  let none = vec4<f32>();

  let count = max(fromStep, toStep) - min(fromStep, toStep) + 1u;
  for (var i = 0u; i < count; i++) {
    let step = select(fromStep + i, fromStep - i, toStep < fromStep) - 1u;
    for (var b = begin; b < B; b += at_once) {
      let row = (step * B + b) * H;
      let old = row + reverse * B * H;
      let is_masked = (masked == 1u) & (load(mask + step * B + b) == 0.0);
      let place = Place(H, first, j, record + row * slots, old, row + (1u - reverse) * B * H, is_masked);
      take_vector(h + old, H);
      let a0 = settle(load_slot(place, 0u), b0, product_0(H), place, U, h + old, stride);
      var a1 = none; var a2 = none; var a3 = none;
      if ((CELLS & GATED) != 0u) {
        if (gates > 1u) { a1 = settle(load_slot(place, 1u), b1, product_1(H), place, U + H, h + old, stride); }
      }
      if ((CELLS & MANY_GATED) != 0u) {
        if (gates > 2u && cell != GRU_BEFORE) {
          let x = select(load_slot(place, 2u), none, cell == GRU_AFTER);
          a2 = settle(x, b2, product_2(H), place, U + 2u * H, h + old, stride);
        }
      }
      if ((CELLS & (1u << LSTM)) != 0u) {
        if (cell == LSTM) {
          a3 = settle(load_slot(place, 3u), b3, product_3(H), place, U + 3u * H, h + old, stride);
          step_lstm(place, h, c, a0, a1, a2, a3);
        }
      }
      var last = none;
      if ((CELLS & (1u << GRU_BEFORE)) != 0u) {
        if (cell == GRU_BEFORE) { open_gates(place, h, a0, a1); }
      }
      if ((CELLS & (1u << GRU_AFTER)) != 0u) {
        if (cell == GRU_AFTER) { last = step_gru(place, h, a0, a1, a2, activation); }
      }
      if ((CELLS & (1u << UGRNN)) != 0u) {
        if (cell == UGRNN) { step_ugrnn(place, h, a0, a1); }
      }
      if ((CELLS & (1u << RNN)) != 0u) {
        if (cell == RNN) { step_rnn(place, h, a0, activation); }
      }
      let bad = any_not_finite(a0) || any_not_finite(a1) || any_not_finite(a2) || any_not_finite(a3) || any_not_finite(last);
      if (bad && !is_masked) {
        raise(flagBit);
      }
    }
    storageBarrier();
    if ((CELLS & (1u << GRU_BEFORE)) != 0u) {
      if (cell == GRU_BEFORE) {
        for (var b = begin; b < B; b += at_once) {
          let row = (step * B + b) * H;
          let is_masked = (masked == 1u) & (load(mask + step * B + b) == 0.0);
          let place = Place(H, first, j, record + row * slots, row + reverse * B * H, row + (1u - reverse) * B * H, is_masked);
          let s = place.record + 3u * H;
          take_vector(s, H);
          let a_n = settle(load_slot(place, 2u), none, product_2(H), place, U + 2u * H, s, stride);
          if (any_not_finite(a_n) && !is_masked) {
            raise(flagBit);
          }
          renew(place, h, a_n, activation);
        }
        storageBarrier();
      }
    }
  }
}
