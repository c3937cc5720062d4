/** Clipping by global norm, shared by the optimizer twins. */

/** Added to the norm before dividing, as torch.nn.utils.clip_grad_norm_ does. */
const NORM_EPSILON = 1e-6;

/** Factor on every gradient: min(1, clip / (norm + 1e-6)); 1 when `clip` is 0 (off). */
export function clipFactor(norm: number, clip: number): number {
  return clip > 0 ? Math.min(1, clip / (norm + NORM_EPSILON)) : 1;
}
