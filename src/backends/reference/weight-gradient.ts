/** Twin of `weight-gradient`: one outer product per row n, added up in ascending n. */
import type { weightGradient } from "../../operations/weight-gradient.ts";
import type { Twin } from "./twin.ts";

/** Σ_n leftᵀ right into a column block of dW. */
export const weightGradientTwin: Twin<typeof weightGradient> = ({ left, right, dW }, numbers) => {
  const { N, D, C, leftOffset, leftStride, rightOffset, rightStride, outOffset, outStride } = numbers;
  for (let d = 0; d < D; d++) dW.fill(0, outOffset + d * outStride, outOffset + d * outStride + C);
  for (let n = 0; n < N; n++) {
    const leftRow = leftOffset + n * leftStride;
    const rightRow = rightOffset + n * rightStride;
    for (let d = 0; d < D; d++) {
      const factor = left[leftRow + d]!;
      const outRow = outOffset + d * outStride;
      for (let c = 0; c < C; c++) dW[outRow + c]! += factor * right[rightRow + c]!;
    }
  }
};
