/** Twin of `apply-mask`. */
import type { applyMask } from "../../operations/apply-mask.ts";
import type { Twin } from "./twin.ts";

/** x where the mask is not 0, else 0 (never −0, never the product with what is not a number). */
export const applyMaskTwin: Twin<typeof applyMask> = ({ mask, x }, { P }) => {
  for (let p = 0; p < P; p++) {
    if (mask[p] === 0) x[p] = 0;
  }
};
