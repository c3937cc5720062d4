/**
 * Optimizers of golden files, in PyTorch's words, as the experiment's choice. Only the settings that the house has are
 * accepted: weight decay, Nesterov, AMSGrad and the like give null, because ignoring one would compute something else.
 */
import * as v from "valibot";
import type { OptimizerChoice } from "../core/experiment.ts";

/** An optimizer with its learning rate. */
export interface GoldenOptimizer {
  readonly choice: OptimizerChoice;
  readonly learningRate: number;
}

const Sgd = v.strictObject({ lr: v.number(), momentum: v.optional(v.number(), 0) });
const Adam = v.strictObject({
  lr: v.number(),
  betas: v.optional(v.tuple([v.number(), v.number()]), [0.9, 0.999]),
  eps: v.optional(v.number(), 1e-8),
});

/** Reads `opt` (`sgd` or `torch.optim.SGD`, …) and `hyper`; null for what the house does not have. */
export function readGoldenOptimizer(opt: unknown, hyper: unknown): GoldenOptimizer | null {
  if (opt === "sgd" || opt === "torch.optim.SGD") {
    const parsed = v.safeParse(Sgd, hyper);
    if (!parsed.success) return null;
    const { lr, momentum } = parsed.output;
    return { choice: { name: "sgd", momentum }, learningRate: lr };
  }
  if (opt === "adam" || opt === "torch.optim.Adam") {
    const parsed = v.safeParse(Adam, hyper);
    if (!parsed.success) return null;
    const { lr, betas, eps } = parsed.output;
    return { choice: { name: "adam", beta1: betas[0], beta2: betas[1], epsilon: eps }, learningRate: lr };
  }
  return null;
}

/** PyTorch's names of the optimizer state rows [S, P], in the order in which the house keeps them. */
export const GOLDEN_MOMENTS: Readonly<Record<OptimizerChoice["name"], readonly string[]>> = {
  adam: ["exp_avg", "exp_avg_sq"],
  sgd: ["momentum_buffer"],
};
