/** Twin of `bias-gradient`: column sums, one column at a time so that each is summed before it is rounded. */
import type { biasGradient } from "../../operations/bias-gradient.ts";
import type { Twin } from "./twin.ts";

/** Σ_n right into a block of db. */
export const biasGradientTwin: Twin<typeof biasGradient> = ({ right, db }, numbers) => {
  const { N, C, rightOffset, rightStride, outOffset } = numbers;
  for (let c = 0; c < C; c++) {
    let sum = 0;
    for (let n = 0; n < N; n++) sum += right[rightOffset + n * rightStride + c]!;
    db[outOffset + c] = sum;
  }
};
