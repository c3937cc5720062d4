/** Twin of `keep-state`. A raised flag leaves everything untouched, as in the optimizers. */
import type { keepState } from "../../operations/keep-state.ts";
import type { Twin } from "./twin.ts";

/** kept = h from hOffset on. */
export const keepStateTwin: Twin<typeof keepState> = ({ h, flags, kept }, { N, hOffset }) => {
  if (flags[0] !== 0) return;
  for (let n = 0; n < N; n++) kept[n] = h[hOffset + n]!;
};
