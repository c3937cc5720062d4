/** Twin of `carry-state`. */
import type { carryState } from "../../operations/carry-state.ts";
import type { Twin } from "./twin.ts";

/** h[0] = h[T]. */
export const carryStateTwin: Twin<typeof carryState> = ({ h }, { T, B, H }) => {
  h.copyWithin(0, T * B * H, (T + 1) * B * H);
};
