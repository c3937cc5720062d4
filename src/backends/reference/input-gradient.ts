/** Twin of `input-gradient`: dot products of rows of da with rows of W, both contiguous. */
import type { inputGradient } from "../../operations/input-gradient.ts";
import type { Twin } from "./twin.ts";

/** da Wᵀ into windows of `dx`. */
export const inputGradientTwin: Twin<typeof inputGradient> = ({ da, W, dx }, numbers) => {
  const { N, D, C, daOffset, daStride, dxOffset, dxStride } = numbers;
  for (let n = 0; n < N; n++) {
    const daRow = daOffset + n * daStride;
    const dxRow = dxOffset + n * dxStride;
    for (let d = 0; d < D; d++) {
      let sum = 0;
      for (let c = 0; c < C; c++) sum += da[daRow + c]! * W[d * C + c]!;
      dx[dxRow + d] = sum;
    }
  }
};
