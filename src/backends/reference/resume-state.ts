/** Twin of `resume-state`. */
import type { resumeState } from "../../operations/resume-state.ts";
import type { Twin } from "./twin.ts";

/** h = kept, or 0. */
export const resumeStateTwin: Twin<typeof resumeState> = ({ kept, h }, { N, resume }) => {
  for (let n = 0; n < N; n++) h[n] = resume === 1 ? kept[n]! : 0;
};
