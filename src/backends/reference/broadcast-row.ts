/** Twin of `broadcast-row`. */
import type { broadcastRow } from "../../operations/broadcast-row.ts";
import type { Twin } from "./twin.ts";

/** The vector, once per row. */
export const broadcastRowTwin: Twin<typeof broadcastRow> = ({ row, out }, { N, C, outOffset }) => {
  for (let n = 0; n < N; n++) {
    for (let c = 0; c < C; c++) out[outOffset + n * C + c] = row[c]!;
  }
};
