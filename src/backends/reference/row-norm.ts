/** Twin of `row-norm`. */
import type { rowNorm } from "../../operations/row-norm.ts";
import type { Twin } from "./twin.ts";

/** L2 norm of each row of H elements. */
export const rowNormTwin: Twin<typeof rowNorm> = ({ x, out }, { N, H, xOffset }) => {
  for (let n = 0; n < N; n++) {
    let sum = 0;
    for (let j = 0; j < H; j++) sum += x[xOffset + n * H + j]! ** 2;
    out[n] = Math.sqrt(sum);
  }
};
