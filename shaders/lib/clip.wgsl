// Clipping: the whole gradient by its norm, each element by its value. A limit of 0 is off.

fn clip_factor(norm: f32, limit: f32) -> f32 {
  if (limit > 0.0) {
    return min(1.0, limit / (norm + 1e-6));
  }
  return 1.0;
}

fn clip_value(g: f32, limit: f32) -> f32 {
  if (limit > 0.0) {
    return max(-limit, min(limit, g));
  }
  return g;
}

fn clip_value4(g: vec4<f32>, limit: f32) -> vec4<f32> {
  if (limit > 0.0) {
    return max(vec4<f32>(-limit), min(vec4<f32>(limit), g));
  }
  return g;
}
