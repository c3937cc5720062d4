/** The row of the metrics ring that every optimizer twin writes. */

import type { optimizerSgd } from "../../operations/optimizer-sgd.ts";
import type { TwinNumbers, TwinTensors } from "./twin.ts";

type Tensors = Pick<TwinTensors<typeof optimizerSgd>, "metrics" | "loss" | "norm">;
type Numbers = Pick<TwinNumbers<typeof optimizerSgd>, "slot" | "learningRate">;

/** Writes loss | norm | clip factor | learning rate into row `slot`. */
export function writeMetrics({ metrics, loss, norm }: Tensors, numbers: Numbers, factor: number): void {
  const row = numbers.slot * 4;
  metrics[row] = loss[0]!;
  metrics[row + 1] = norm[0]!;
  metrics[row + 2] = factor;
  metrics[row + 3] = numbers.learningRate;
}
