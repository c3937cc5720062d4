/** Whole powers by products only, so that every JavaScript engine gives the same bits, which `Math.pow` does not promise. */

/** base^exponent for a whole exponent ≥ 0, by squaring: at most 2 log₂ exponent products. */
export function power(base: number, exponent: number): number {
  let result = 1;
  let square = base;
  for (let rest = exponent; rest > 0; rest = Math.floor(rest / 2)) {
    if (rest % 2 === 1) result *= square;
    square *= square;
  }
  return result;
}
