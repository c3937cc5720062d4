// Variational dropout (Gal & Ghahramani 2016) of h' where it enters the products, and of the gradient that comes back through
// them: one mask [B, H] for all steps of a sequence. `lib/no-dropout` has the same functions for kernels without it. The kernel
// declares `args` with site, rate and keyPerModel, and `model`, and binds `key`: seed, training step.

// x of element `unit` = b·H + j.
fn drop_state(x: f32, unit: u32) -> f32 {
  let at = model * args.keyPerModel;
  return x * dropout_factor(vec2<u32>(key[at], key[at + 1u]), RECURRENT_DROPOUT, args.site, unit, args.rate);
}

// x of units j of the row that starts at `row` = b·H.
fn drop_states(x: vec4<f32>, row: u32, j: vec4<u32>) -> vec4<f32> {
  let unit = row + j;
  return vec4<f32>(drop_state(x.x, unit.x), drop_state(x.y, unit.y), drop_state(x.z, unit.z), drop_state(x.w, unit.w));
}
