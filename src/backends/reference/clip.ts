/** Clipping, shared by the optimizer twins: the whole gradient by its norm first, then each element by its value. */

/** Added to the norm before dividing, as torch.nn.utils.clip_grad_norm_ does. */
const NORM_EPSILON = 1e-6;

/** Factor on every gradient: min(1, clip / (norm + 1e-6)); 1 when `clip` is 0 (off). */
export function clipFactor(norm: number, clip: number): number {
  return clip > 0 ? Math.min(1, clip / (norm + NORM_EPSILON)) : 1;
}

/** `g` held within ±`limit`, as torch.nn.utils.clip_grad_value_ does; `g` itself when `limit` is 0 (off). */
export function clipValue(g: number, limit: number): number {
  return limit > 0 ? Math.max(-limit, Math.min(limit, g)) : g;
}
