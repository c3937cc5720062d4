/**
 * Names of a Program's tensors that others than their makers read: views, verification, checkpoints, the trainer. A layer
 * that runs in both directions has two sets of states, records and parameters; those of the forward direction bear the
 * layer's own name, as do those of a layer that runs forward only.
 */

import type { Direction } from "../core/layer-choice.ts";

/** `layers.0`, `layers.0.backward`: the beginning of every name that belongs to a layer in one direction. */
export function layerName(layer: number, direction: Direction = "forward"): string {
  return direction === "forward" ? `layers.${layer}` : `layers.${layer}.backward`;
}

/** See the file's header; `prefix` is that of a pass. */
export const TENSOR = {
  parameters: "params",
  gradients: "grads",
  moments: "moments",
  /** Weights of classes [V], where a loss has them. */
  classWeights: "loss.classWeights",
  /** 1 for a parameter that trains, 0 for one that is pruned [P]; only in runs that prune. */
  pruningMask: "pruning.mask",
  /** A state of a layer: `h`, or an extra one of its cell. */
  state: (layer: number, state: string, prefix = "", direction: Direction = "forward") =>
    `${prefix}${layerName(layer, direction)}.${state}`,
  h: (layer: number, prefix = "", direction: Direction = "forward") => TENSOR.state(layer, "h", prefix, direction),
  record: (layer: number, prefix = "", direction: Direction = "forward") =>
    TENSOR.state(layer, "record", prefix, direction),
  /** Verification only: the upstream gradient of an extra state's last row. */
  upstream: (layer: number, state: string, direction: Direction = "forward") =>
    `upstream.${layerName(layer, direction)}.${state}`,
  dState: (layer: number, state: string, direction: Direction = "forward") =>
    TENSOR.state(layer, `d${state}`, "", direction),
  dh: (layer: number, direction: Direction = "forward") => TENSOR.dState(layer, "h", direction),
  /** What the steps behind a chunk hand back to its last state, [B, H]. */
  handedBack: (layer: number, state: string) => `${TENSOR.dState(layer, state)}.handed`,
  dhNorm: (layer: number, direction: Direction = "forward") => TENSOR.dState(layer, "hNorm", direction),
  /** What dropout lets through of h' at every step, [T, B, H]. */
  droppedStates: (layer: number, direction: Direction = "forward") =>
    TENSOR.state(layer, "droppedStates", "", direction),
  /** Outputs of a layer at every step, where they are not its states themselves [T, B, H·directions]. */
  y: (layer: number, prefix = "") => TENSOR.state(layer, "y", prefix),
  /** Final states of a layer's directions side by side, where only they are handed on [B, H·directions]. */
  last: (layer: number, prefix = "") => TENSOR.state(layer, "last", prefix),
  /** 1 where a sequence has a step [T, B]. */
  mask: (prefix = "") => `${prefix}steps.mask`,
  /** Seed and training step of the dropout masks, u32 [2]. */
  key: (prefix = "") => `${prefix}dropout.key`,
} as const;
