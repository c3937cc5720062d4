/**
 * What the attention operations have in common: rows of T decoder steps against rows of S source steps, time-major, so
 * that a call may play any range of decoder steps by its extents and offsets. Scores and weights are packed rows [S].
 */
import type { Access } from "../core/operation.ts";

/** One matrix of decoder step × source step: scores, weights or their gradients. Decoder step t of sequence b is row t·B + b. */
export const stepPairs = <const A extends Access>(access: A, about: string) =>
  ({ access, type: "f32", shape: ["T·B", "S"], about, window: { offset: "pairsOffset" } }) as const;

/** Rows of decoder steps (queries, contexts) inside larger rows: constants `<name>Offset` and `<name>Stride`. */
export const decoderRows = <const A extends Access, const N extends string>(access: A, name: N, about: string) =>
  ({
    access,
    type: "f32",
    shape: ["T·B", "D"],
    about,
    window: { offset: `${name}Offset`, stride: `${name}Stride` },
  }) as const;

/** Rows of source steps (keys, values) inside larger rows: constants `<name>Offset` and `<name>Stride`. */
export const sourceRows = <const A extends Access, const N extends string>(access: A, name: N, about: string) =>
  ({
    access,
    type: "f32",
    shape: ["S·B", "D"],
    about,
    window: { offset: `${name}Offset`, stride: `${name}Stride` },
  }) as const;

/** Extents of all of them: decoder steps of this call, batch rows, source steps, width of the rows. */
export const ATTENTION_EXTENTS = ["T", "B", "S", "D"] as const;
