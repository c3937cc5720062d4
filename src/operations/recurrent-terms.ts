/**
 * What the contracts of all recurrent cells have in common: direction, masks, the steps to play and variational dropout.
 * `reverse` 0 starts from row 0 of the states: step t (from 1) reads row t−1 and writes row t. `reverse` 1 starts from
 * row T: step t reads row t and writes row t−1. Record rows belong to original time, t−1, in both. A step whose mask is 0
 * (`masked` = 1) copies the state and has no gradient. `dropped` = 1 multiplies h' by one mask [B, H] wherever it enters a
 * product. Steps and rows may be given in parts: 1 … k, then k+1 … T is 1 … T, bit for bit.
 */
import type { Numbers, Pass, TensorContract } from "../core/operation.ts";
import { evaluateExtent } from "../core/required-elements.ts";

/** Constants of every `<cell>-forward`; steps count from 1 and are given in the order of play (T … 1 in reverse). */
export const FORWARD_CONSTANTS = ["reverse", "masked", "fromStep", "toStep", "dropped", "rate", "site"] as const;

/** Constants of every `<cell>-backward`; rows of dh to finish, in the order of play: T … 0, in reverse 0 … T. */
export const BACKWARD_CONSTANTS = ["reverse", "masked", "fromRow", "toRow", "dropped", "rate", "site"] as const;

/** The loop of a forward pass: `t` is the step. */
export const STEPS = { from: "fromStep", to: "toStep" } as const satisfies Pass["loop"];

/** The loop of a backward pass: `t` is the row of dh that is finished. */
export const ROWS = { from: "fromRow", to: "toRow" } as const satisfies Pass["loop"];

/** Tensor `mask`; not read while masked = 0. */
export const MASK = {
  access: "in",
  type: "f32",
  shape: ["T", "B"],
  about: "0 where a sequence has no step, else 1; read where masked = 1",
} as const satisfies TensorContract;

/** Tensor `key`; not read while dropped = 0. */
export const KEY = {
  access: "in",
  type: "u32",
  shape: ["2"],
  about: "seed and training step of the dropout mask; read where dropped = 1",
} as const satisfies TensorContract;

/** Shared WGSL of the forward kernels. */
export const FORWARD_LIB = ["load-state", "step-forward", "linear-index", "finite", "activations"] as const;

/** Shared WGSL of the backward kernels. */
export const BACKWARD_LIB = ["record-tile", "state-gradient", "step-backward", "linear-index"] as const;

/** FLOPs of a recurrence: the products of [B, H] with `gates` blocks of U [H, H], in each step or row that is played. */
export function recurrentFlops(gates: number): (numbers: Numbers) => number {
  return (numbers) => {
    const [from, to] =
      numbers.fromRow === undefined ? (["fromStep", "toStep"] as const) : (["fromRow", "toRow"] as const);
    const steps = Math.abs(evaluateExtent(to, numbers) - evaluateExtent(from, numbers)) + 1;
    return 2 * gates * steps * evaluateExtent("B·H·H", numbers);
  };
}
