/** Twin of `gather-backward`: rows of da are added to rows of dW in ascending n, the order the contract fixes. */
import type { gatherBackward } from "../../operations/gather-backward.ts";
import type { Twin } from "./twin.ts";

/** Sums of gradient rows by id. */
export const gatherBackwardTwin: Twin<typeof gatherBackward> = ({ ids, da, dW }, numbers) => {
  const { N, D, C, daOffset, daStride, padding } = numbers;
  dW.fill(0, 0, D * C);
  for (let n = 0; n < N; n++) {
    if (ids[n] === padding) continue;
    const daRow = daOffset + n * daStride;
    const dWRow = ids[n]! * C;
    for (let c = 0; c < C; c++) dW[dWRow + c]! += da[daRow + c]!;
  }
};
