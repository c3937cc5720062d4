/** Why the chosen file is no good, said inside the dialog that asked for it. */

import { useApp } from "../../app-context.ts";
import { faultSentence } from "../../fault-text.ts";
import { Banner } from "../banner.tsx";

/** Nothing while there is nothing to say. */
export function FileFault() {
  const fault = useApp((state) => state.inspectFault);
  return fault ? <Banner tone="alarm">{faultSentence(fault)}</Banner> : null;
}
