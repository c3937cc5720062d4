/**
 * What Gatescope and every peer have in common in a measurement: the data they are given and the four things they can do.
 * Everything is batch-first here, as most libraries take it; who is time-major inside turns it round when it is created.
 */
import type { BenchShape } from "./shape.ts";

/** One batch, and where its training starts. */
export interface BenchData {
  readonly x: Float32Array<ArrayBuffer>; // [B, T, I]
  /** Values [B, out], or [B, T, out] for a head on every step; classes [B] or [B, T]. */
  readonly y: Float32Array<ArrayBuffer> | Int32Array<ArrayBuffer>;
  /** The symbols whose one-hot rows `x` holds. Using them in its place is allowed and named in the variant. */
  readonly tokens?: Int32Array<ArrayBuffer>; // [B, T]
  /**
   * Parameters by Gatescope's names and in its layout and sign of z: `layers.0.W` [D, 3H] z|r|n, `layers.0.U` [H, 3H],
   * `layers.0.b`, `layers.0.bu` (reset after only) [3H], `head.W` [H, out], `head.b` [out]. Left out: `drawWeights`.
   */
  readonly weights?: Weights;
}

/** Parameters by name; see `BenchData`. */
export type Weights = Readonly<Record<string, Float32Array<ArrayBuffer>>>;

/** One network in training: Adam with a learning rate of 1e-3 and an epsilon of 1e-7, no clipping, always the same batch. */
export interface Contestant {
  /** What computes, as precisely as it knows: player, adapter, use of tokens. */
  readonly variant: string;
  /** Begins one whole training step: forward, backward and update. May return before it has run. */
  step(): void | Promise<void>;
  /** Waits for all steps begun; the loss of the last one, as it was before that step's update. */
  sync(): Promise<number>;
  /** Frees everything. Idempotent. */
  dispose(): void;
}

/** Makes a contestant; rejects with a sentence where it cannot compute the shape. `player` chooses among its ways of computing. */
export type CreateContestant = (shape: BenchShape, data: BenchData, player?: string) => Promise<Contestant>;
