/** Twin of `project-forward`, in ikj order: the inner loop runs along rows of W and out, so both stay in cache. */
import type { projectForward } from "../../operations/project-forward.ts";
import type { Twin } from "./twin.ts";

/** x W + b into windows of `out`. */
export const projectForwardTwin: Twin<typeof projectForward> = ({ x, W, b, out }, numbers) => {
  const { N, D, C, xOffset, xStride, outOffset, outStride } = numbers;
  for (let n = 0; n < N; n++) {
    const xRow = xOffset + n * xStride;
    const outRow = outOffset + n * outStride;
    for (let c = 0; c < C; c++) out[outRow + c] = b[c]!;
    for (let k = 0; k < D; k++) {
      const xk = x[xRow + k]!;
      for (let c = 0; c < C; c++) out[outRow + c]! += xk * W[k * C + c]!;
    }
  }
};
