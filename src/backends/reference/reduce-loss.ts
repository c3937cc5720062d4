/** Twin of `reduce-loss`. The test for not finite reads the stored value, so that f32 overflow counts as well. */
import type { reduceLoss } from "../../operations/reduce-loss.ts";
import type { Twin } from "./twin.ts";

/** Mean loss of a batch; 0 when nothing counts. */
export const reduceLossTwin: Twin<typeof reduceLoss> = ({ rowLoss, count, loss, flags }, numbers) => {
  const { N, perRow, flagBit } = numbers;
  let sum = 0;
  for (let n = 0; n < N; n++) sum += rowLoss[n]!;
  loss[0] = count[0]! === 0 ? 0 : sum / (count[0]! * perRow);
  if (!Number.isFinite(loss[0])) flags[0]! |= flagBit;
};
