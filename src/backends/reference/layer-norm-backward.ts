/** Twin of `layer-norm-backward`: the rows first, then each column's sum in ascending n. */
import type { layerNormBackward } from "../../operations/layer-norm-backward.ts";
import type { Twin } from "./twin.ts";

/** dx and dgain. */
export const layerNormBackwardTwin: Twin<typeof layerNormBackward> = (tensors, numbers) => {
  const { x, gain, statistics, dy, dx, dgain } = tensors;
  const { N, C, xOffset, xStride, dyOffset, dyStride, dxOffset, dxStride } = numbers;
  for (let n = 0; n < N; n++) {
    const xRow = xOffset + n * xStride;
    const dyRow = dyOffset + n * dyStride;
    const mean = statistics[2 * n]!;
    const scale = statistics[2 * n + 1]!;
    let g = 0; // Σ g / C
    let gu = 0; // Σ g⊙u / C
    for (let c = 0; c < C; c++) {
      g += (dy[dyRow + c]! * gain[c]!) / C;
      gu += (dy[dyRow + c]! * gain[c]! * (x[xRow + c]! - mean) * scale) / C;
    }
    for (let c = 0; c < C; c++) {
      const u = (x[xRow + c]! - mean) * scale;
      dx[dxOffset + n * dxStride + c] = scale * (dy[dyRow + c]! * gain[c]! - g - u * gu);
    }
  }
  for (let c = 0; c < C; c++) {
    let gainSum = 0;
    for (let n = 0; n < N; n++) {
      const upstream = dy[dyOffset + n * dyStride + c]!;
      gainSum += upstream * (x[xOffset + n * xStride + c]! - statistics[2 * n]!) * statistics[2 * n + 1]!;
    }
    dgain[c] = gainSum;
  }
};
