/** Twin of `mask-count`. */
import type { maskCount } from "../../operations/mask-count.ts";
import type { Twin } from "./twin.ts";

/** Σ mask. */
export const maskCountTwin: Twin<typeof maskCount> = ({ mask, count }, { N }) => {
  let sum = 0;
  for (let n = 0; n < N; n++) sum += mask[n]!;
  count[0] = sum;
};
