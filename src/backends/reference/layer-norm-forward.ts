/** Twin of `layer-norm-forward`. */
import type { layerNormForward } from "../../operations/layer-norm-forward.ts";
import type { Twin } from "./twin.ts";

/** Normalises every row of x. */
export const layerNormForwardTwin: Twin<typeof layerNormForward> = ({ x, gain, bias, y, statistics }, numbers) => {
  const { N, C, xOffset, xStride, yOffset, yStride, epsilon } = numbers;
  for (let n = 0; n < N; n++) {
    const xRow = xOffset + n * xStride;
    const yRow = yOffset + n * yStride;
    let mean = 0;
    for (let c = 0; c < C; c++) mean += x[xRow + c]! / C;
    let variance = 0;
    for (let c = 0; c < C; c++) variance += (x[xRow + c]! - mean) ** 2 / C;
    const scale = 1 / Math.sqrt(variance + epsilon);
    for (let c = 0; c < C; c++) y[yRow + c] = gain[c]! * (x[xRow + c]! - mean) * scale + bias[c]!;
    statistics[2 * n] = mean;
    statistics[2 * n + 1] = scale;
  }
};
