/** Twin of `add-rows`. */
import type { addRows } from "../../operations/add-rows.ts";
import type { Twin } from "./twin.ts";

/** out += x, row by row. */
export const addRowsTwin: Twin<typeof addRows> = ({ x, out }, { N, C, xOffset, xStride, outOffset, outStride }) => {
  for (let n = 0; n < N; n++) {
    for (let c = 0; c < C; c++) out[outOffset + n * outStride + c]! += x[xOffset + n * xStride + c]!;
  }
};
