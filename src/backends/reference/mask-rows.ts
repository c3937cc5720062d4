/** Twin of `mask-rows`. */
import type { maskRows } from "../../operations/mask-rows.ts";
import type { Twin } from "./twin.ts";

/** Rows of x times their mask. */
export const maskRowsTwin: Twin<typeof maskRows> = ({ x, mask, out }, numbers) => {
  const { N, C, xOffset, xStride, outOffset, outStride, masked } = numbers;
  for (let n = 0; n < N; n++) {
    const factor = masked === 1 ? mask[n]! : 1;
    const xRow = xOffset + n * xStride;
    const outRow = outOffset + n * outStride;
    for (let c = 0; c < C; c++) out[outRow + c] = factor * x[xRow + c]!;
  }
};
