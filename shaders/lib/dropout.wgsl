// Inverted dropout (Srivastava et al. 2014); keeps the same elements as `dropoutFactor` of src/core/rng.ts, bit for bit. The
// streams are those of STREAM there; `site` numbers the places of the model that drop.

const RECURRENT_DROPOUT: u32 = 6u;
const DROPOUT: u32 = 7u;

// 1 / (1 − rate) where element `index` is kept, else 0. `seed_step` is the seed and the training step.
fn dropout_factor(seed_step: vec2<u32>, stream: u32, site: u32, index: u32, rate: f32) -> f32 {
  let drawn = f32(hash(seed_step.x, stream + 256u * site, seed_step.y, index) >> 8u) / 16777216.0;
  return select(0.0, 1.0 / (1.0 - rate), drawn >= rate);
}
