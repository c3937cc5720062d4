/**
 * How a decoder attends: additive scores, plain scaled dot products, or dot products of projections. Each form has the
 * widths that mean something to it and no others.
 */

/** `dot` has no parameters and asks for queries as wide as the encoder's outputs. */
export type AttentionChoice =
  | { readonly score: "additive"; readonly width: number }
  | { readonly score: "dot" }
  | { readonly score: "dot-projected"; readonly width: number; readonly valueWidth: number };
