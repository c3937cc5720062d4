/** Twin of `advance-key`. */
import type { advanceKey } from "../../operations/advance-key.ts";
import type { Twin } from "./twin.ts";

/** The next training step, unless a flag is raised. */
export const advanceKeyTwin: Twin<typeof advanceKey> = ({ flags, key }) => {
  if (flags[0] === 0) key[1] = key[1]! + 1;
};
