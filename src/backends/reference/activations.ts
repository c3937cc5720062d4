/**
 * The scalar functions that twins share. `Math.exp` overflows to Infinity for large arguments, which the forms below
 * turn into the right limit; NaN goes in and comes out as NaN, so that the not-finite flag sees it.
 */

/** σ(a) = 1 / (1 + e^−a). */
export function sigmoid(a: number): number {
  return 1 / (1 + Math.exp(-a));
}

/** log(1 + e^a) without overflow. */
export function softplus(a: number): number {
  return Math.max(a, 0) + Math.log1p(Math.exp(-Math.abs(a)));
}

/** Values of the constant `activation` that select ReLU and σ; 0 selects tanh. */
const RELU = 1;
const SIGMOID = 2;

/** φ(a): tanh, ReLU or σ by the constant `activation`. */
export function activate(a: number, activation: number): number {
  if (activation === SIGMOID) return sigmoid(a);
  return activation === RELU ? Math.max(a, 0) : Math.tanh(a);
}

/** φ'(a) from the output n = φ(a); ReLU'(0) = 0. */
export function activationSlope(n: number, activation: number): number {
  if (activation === SIGMOID) return n * (1 - n);
  if (activation === RELU) return n > 0 ? 1 : 0;
  return 1 - n * n;
}
