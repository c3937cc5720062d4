/** The order of the sums decides the bits of every run, so it is held to the textbook's, written out plainly. */
import { expect, test } from "vitest";
import { gaussian, STREAM } from "../core/rng.ts";
import { drawOrthogonal, orthonormalise } from "./orthogonal.ts";

/** Modified Gram–Schmidt as Golub & Van Loan write it down, algorithm 5.2.6, on rows. */
function textbook(Q: Float64Array, H: number): void {
  const row = (i: number) => Q.subarray(i * H, (i + 1) * H);
  const dot = (a: Float64Array, b: Float64Array) => a.reduce((sum, value, k) => sum + value * (b[k] ?? Number.NaN), 0);
  for (let i = 0; i < H; i++) {
    const own = row(i);
    const scale = 1 / Math.sqrt(dot(own, own));
    for (const [k, value] of own.entries()) own[k] = value * scale;
    for (let later = i + 1; later < H; later++) {
      const other = row(later);
      const product = dot(own, other);
      for (const [k, value] of own.entries()) other[k] = (other[k] ?? Number.NaN) - product * value;
    }
  }
}

test.each([1, 2, 3, 4, 5, 8, 17, 63, 66])("%i rows are orthonormalised to the textbook's bits", (H) => {
  const drawn = Float64Array.from({ length: H * H }, (_, i) => gaussian(7, STREAM.initialWeights, 3, 2 * H * H + i));
  const plain = drawn.slice();
  const swept = drawn.slice();
  textbook(plain, H);
  orthonormalise(swept, H);
  expect(swept).toEqual(plain);
  expect(drawOrthogonal(H, 2, { seed: 7, segment: 3 })).toEqual(plain);
});
