// First word of pcg4d(seed, stream, step, index) (Jarzynski & Olano, JCGT 9(3), 2020); bit for bit `hash` of src/core/rng.ts.

fn hash(seed: u32, stream: u32, step: u32, index: u32) -> u32 {
  var v = vec4<u32>(seed, stream, step, index) * 1664525u + 1013904223u;
  v.x += v.y * v.w;
  v.y += v.z * v.x;
  v.z += v.x * v.y;
  v.w += v.y * v.z;
  v ^= v >> vec4<u32>(16u);
  v.x += v.y * v.w;
  return v.x;
}
