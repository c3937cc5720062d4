/**
 * Optimizers of golden files, in PyTorch's words, as the experiment's choice. Only the settings that the house has are
 * accepted: dampening, maximise and the like give null, because ignoring one would compute something else.
 */
import * as v from "valibot";
import type { OptimizerChoice } from "../core/optimizer-choice.ts";

/** An optimizer with its learning rate. */
export interface GoldenOptimizer {
  readonly choice: OptimizerChoice;
  readonly learningRate: number;
}

const Sgd = v.strictObject({
  lr: v.number(),
  momentum: v.optional(v.number(), 0),
  nesterov: v.optional(v.boolean(), false),
  weight_decay: v.optional(v.number(), 0),
});
const Rmsprop = v.strictObject({
  lr: v.number(),
  alpha: v.optional(v.number(), 0.99),
  eps: v.optional(v.number(), 1e-8),
  momentum: v.optional(v.number(), 0),
  centered: v.optional(v.boolean(), false),
  weight_decay: v.optional(v.number(), 0),
});
const adam = {
  lr: v.number(),
  betas: v.optional(v.tuple([v.number(), v.number()]), [0.9, 0.999]),
  eps: v.optional(v.number(), 1e-8),
  amsgrad: v.optional(v.boolean(), false),
};
const Adam = v.strictObject({ ...adam, weight_decay: v.optional(v.number(), 0) });
const AdamW = v.strictObject({ ...adam, weight_decay: v.optional(v.number(), 0.01) });

type Reader = (hyper: unknown) => GoldenOptimizer | null;

const reader =
  <Schema extends v.GenericSchema<unknown, { readonly lr: number }>>(
    schema: Schema,
    choose: (hyper: v.InferOutput<Schema>) => OptimizerChoice,
  ): Reader =>
  (hyper) => {
    const parsed = v.safeParse(schema, hyper);
    return parsed.success ? { choice: choose(parsed.output), learningRate: parsed.output.lr } : null;
  };

const chooseAdam =
  (name: "adam" | "adamw") =>
  ({ betas, eps, amsgrad, weight_decay }: v.InferOutput<typeof Adam>): OptimizerChoice => ({
    name,
    beta1: betas[0],
    beta2: betas[1],
    epsilon: eps,
    weightDecay: weight_decay,
    amsgrad,
  });

const READERS: ReadonlyMap<string, Reader> = new Map([
  [
    "sgd",
    reader(Sgd, ({ momentum, nesterov, weight_decay: weightDecay }) => ({
      name: "sgd",
      momentum,
      weightDecay,
      nesterov,
    })),
  ],
  [
    "rmsprop",
    reader(Rmsprop, ({ alpha, eps, momentum, centered, weight_decay: weightDecay }) => ({
      name: "rmsprop",
      alpha,
      epsilon: eps,
      momentum,
      weightDecay,
      centered,
    })),
  ],
  ["adam", reader(Adam, chooseAdam("adam"))],
  ["adamw", reader(AdamW, chooseAdam("adamw"))],
]);

/** Reads `opt` (`sgd` or `torch.optim.SGD`, …) and `hyper`; null for what the house does not have. */
export function readGoldenOptimizer(opt: unknown, hyper: unknown): GoldenOptimizer | null {
  if (typeof opt !== "string") return null;
  const read = READERS.get(opt.replace(/^torch\.optim\./, "").toLowerCase());
  return read ? read(hyper) : null;
}

/** PyTorch's name of each row of optimizer state. */
export const GOLDEN_MOMENTS = {
  m: "exp_avg",
  v: "exp_avg_sq",
  vMax: "max_exp_avg_sq",
  square: "square_avg",
  mean: "grad_avg",
  momentum: "momentum_buffer",
} as const;
