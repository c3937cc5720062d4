// Routine of training-steps, `micro`: BPTT through a recurrence of up to 32 units, any cell; the equations are those of the
// `<cell>-backward` contracts. Lanes own units and keep Uᵀ as in `lib/micro-forward`, whose names of cells and `Place` it uses.
// `place.new_` is the row that is finished, `place.old` the one that its step read.

// All that comes back to a row through the products of the step that read it; `later` is that step's row of the record.
fn hand_back(later: u32, H: u32, cell: u32) -> vec4<f32> {
  take_vector(later, H);
  var sum = product_0(H);
  if ((CELLS & GATED) != 0u) {
    if (cell != RNN) {
      take_vector(later + H, H);
      sum += product_1(H);
    }
  }
  if ((CELLS & MANY_GATED) != 0u) {
    if (cell == GRU_AFTER || cell == LSTM) {
      // Columns 2H … 3H−1 of U meet slot 3 (dq) of the GRU's record.
      take_vector(later + select(2u, 3u, cell == GRU_AFTER) * H, H);
      sum += product_2(H);
    }
  }
  if ((CELLS & (1u << LSTM)) != 0u) {
    if (cell == LSTM) {
      take_vector(later + 3u * H, H);
      sum += product_3(H);
    }
  }
  return sum;
}

// Turns the record of the step into gradients; returns what passes to h' beside the products. z = 0 at a masked step: its da is 0
// and the gradient passes as it is.
fn differentiate_gru(place: Place, h: u32, delta: vec4<f32>, cell: u32, activation: u32) -> vec4<f32> {
  let one = vec4<f32>(1.0);
  let z = select(load_slot(place, 0u), vec4<f32>(), place.masked);
  let n = load_slot(place, 2u);
  let da_n = delta * z * activation_slope4(n, activation);
  if ((CELLS & (1u << GRU_AFTER)) != 0u) {
    if (cell == GRU_AFTER) {
      let r = load_slot(place, 1u);
      store_slot(place, 1u, da_n * load_slot(place, 3u) * r * (one - r));
      store_slot(place, 3u, da_n * r);
    }
  }
  store_slot(place, 0u, delta * (n - load4(h + place.old, place.j)) * z * (one - z));
  store_slot(place, 2u, da_n);
  return delta * (one - z);
}

fn differentiate_ugrnn(place: Place, h: u32, delta: vec4<f32>) -> vec4<f32> {
  let one = vec4<f32>(1.0);
  let z = select(load_slot(place, 0u), vec4<f32>(), place.masked);
  let n = select(load_slot(place, 1u), vec4<f32>(), place.masked);
  store_slot(place, 0u, delta * (n - load4(h + place.old, place.j)) * z * (one - z));
  store_slot(place, 1u, delta * z * (one - n * n));
  return delta * (one - z);
}

fn differentiate_rnn(place: Place, h: u32, delta: vec4<f32>, activation: u32) -> vec4<f32> {
  let none = vec4<f32>();
  let da = delta * activation_slope4(load4(h + place.new_, place.j), activation);
  store_slot(place, 0u, select(da, none, place.masked));
  return select(none, delta, place.masked);
}

// `upstream` is dL/dc so far.
fn differentiate_lstm(place: Place, c: u32, dc: u32, delta: vec4<f32>, upstream: vec4<f32>) -> vec4<f32> {
  let none = vec4<f32>();
  let one = vec4<f32>(1.0);
  let i = load_slot(place, 0u);
  let f = load_slot(place, 1u);
  let g = load_slot(place, 2u);
  let o = load_slot(place, 3u);
  let bounded = tanh4(load4(c + place.new_, place.j));
  let cell = upstream + delta * o * (one - bounded * bounded);
  store_row(place, dc + place.new_, select(cell, upstream, place.masked));
  store_row(place, dc + place.old, select(cell * f, upstream, place.masked));
  store_slot(place, 0u, select(cell * g * i * (one - i), none, place.masked));
  store_slot(place, 1u, select(cell * load4(c + place.old, place.j) * f * (one - f), none, place.masked));
  store_slot(place, 2u, select(cell * i * (one - g * g), none, place.masked));
  store_slot(place, 3u, select(delta * bounded * o * (one - o), none, place.masked));
  return select(none, delta, place.masked);
}

fn run_backward(call: Call, lane: u32) {
  let h = tensor(call, 0u);
  let record = tensor(call, 1u);
  let U = tensor(call, 2u);
  let mask = tensor(call, 3u);
  let dh = tensor(call, 4u);
  let c = tensor(call, 5u);
  let dc = tensor(call, 6u);
  let cell = number(call, 0u);
  let T = number(call, 1u);
  let B = number(call, 2u);
  let H = number(call, 3u);
  let gates = number(call, 4u);
  let slots = number(call, 5u);
  let activation = number(call, 6u);
  let reverse = number(call, 7u);
  let masked = number(call, 8u);
  let fromRow = number(call, 9u);
  let toRow = number(call, 10u);
  let upstream = number(call, 11u);
  let cellUpstream = number(call, 12u);

  let tiles = (H + 3u) / 4u;
  let at_once = WORKGROUP_SIZE / tiles;
  let first = (lane % tiles) * 4u;
  let j = neighbours(first, H);
  let begin = select(lane / tiles, B, lane / tiles >= at_once);
  hold(U, gates, H, 1u, j * gates * H);

  // Rows of states: the first in the order of play, and the one that nothing made.
  let initial = reverse * T;
  let final_ = (1u - reverse) * T;
  let count = max(fromRow, toRow) - min(fromRow, toRow) + 1u;
  for (var i = 0u; i < count; i++) {
    let t = select(fromRow + i, fromRow - i, toRow < fromRow);
    let step = select(t - 1u + reverse, 0u, t == initial);
    let old_row = step + reverse;
    for (var b = begin; b < B; b += at_once) {
      let here = (t * B + b) * H;
      let old = (old_row * B + b) * H;
      let is_masked = (masked == 1u) & (load(mask + step * B + b) == 0.0);
      let place = Place(H, first, j, record + (step * B + b) * slots * H, old, here, is_masked);
      var delta = load4(dh + here, j);
      if (t != final_) {
        delta += hand_back(record + ((t - reverse) * B + b) * slots * H, H, cell);
      }
      store_row(place, dh + here, delta);
      if (t != initial) {
        var carry = vec4<f32>();
        if ((CELLS & (1u << LSTM)) != 0u) {
          if (cell == LSTM) {
            let known = (t != final_) | (cellUpstream == 1u);
            carry = differentiate_lstm(place, c, dc, delta, select(carry, load4(dc + here, j), known));
          }
        }
        if ((CELLS & (1u << UGRNN)) != 0u) {
          if (cell == UGRNN) { carry = differentiate_ugrnn(place, h, delta); }
        }
        if ((CELLS & (1u << RNN)) != 0u) {
          if (cell == RNN) { carry = differentiate_rnn(place, h, delta, activation); }
        }
        if ((CELLS & ((1u << GRU_BEFORE) | (1u << GRU_AFTER))) != 0u) {
          if (cell <= GRU_AFTER) { carry = differentiate_gru(place, h, delta, cell, activation); }
        }
        if (upstream == 1u && old_row != initial) {
          carry += load4(dh + old, j);
        }
        store_row(place, dh + old, carry);
      }
    }
    storageBarrier();
    if ((CELLS & (1u << GRU_BEFORE)) != 0u) {
      if (cell == GRU_BEFORE && t != initial) {
        for (var b = begin; b < B; b += at_once) {
          let old = (old_row * B + b) * H;
          let place = Place(H, first, j, record + (step * B + b) * slots * H, old, old, false);
          take_vector(place.record + 2u * H, H);
          let ds = product_2(H);
          let r = load_slot(place, 1u);
          store_slot(place, 1u, ds * load4(h + old, j) * r * (vec4<f32>(1.0) - r));
          store_row(place, dh + old, load4(dh + old, j) + ds * r);
        }
        storageBarrier();
      }
    }
  }
}
