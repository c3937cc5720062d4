/** Twin of `dropout`. */
import { dropoutFactor, STREAM } from "../../core/rng.ts";
import type { dropout } from "../../operations/dropout.ts";
import type { Twin } from "./twin.ts";

/** Rows times a mask drawn from `key`. */
export const dropoutTwin: Twin<typeof dropout> = ({ x, key, y }, numbers) => {
  const { T, B, D, variational, firstStep, site, rate, xOffset, xStride, yOffset, yStride } = numbers;
  const stream = variational === 1 ? STREAM.recurrentDropout : STREAM.dropout;
  const drop = { seed: key[0]!, stream, step: key[1]!, site };
  for (let row = 0; row < T * B; row++) {
    const first = variational === 1 ? row % B : firstStep * B + row;
    for (let d = 0; d < D; d++) {
      const factor = dropoutFactor(drop, first * D + d, rate);
      y[yOffset + row * yStride + d] = x[xOffset + row * xStride + d]! * factor;
    }
  }
};
