/**
 * Where an attention stands in a pass and which tensors it needs: shared by its forward and its backward calls. Projected
 * keys and values lie side by side in one tensor, the way `Wkv` makes them.
 */
import type { AttentionChoice } from "../../core/attention-choice.ts";
import type { TensorBinding } from "../../core/program.ts";
import type { Segments } from "../cells/segments.ts";
import type { ProgramDraft } from "../program-draft.ts";
import { formedRole, type RowsPlace, type StepRange } from "../stages/stage.ts";
import { type AttentionWidths, contextWidth } from "./attention-form.ts";
import { fromColumn, packed } from "./rows.ts";

/** Where attention stands in a pass. */
export interface AttentionSpec {
  readonly prefix: string;
  readonly label: string;
  readonly form: AttentionChoice;
  readonly widths: AttentionWidths;
  readonly T: number;
  readonly B: number;
  readonly S: number;
  /** Rows of the encoder's outputs, step by step. */
  readonly source: RowsPlace;
  readonly mask: TensorBinding; // [S, B], not read while masked = 0
  readonly masked: 0 | 1;
  /** Row t·B + b asks at decoder step t (from 0). */
  readonly queries: RowsPlace;
  /** Where the context of decoder step t goes. */
  readonly context: RowsPlace;
  readonly flags: TensorBinding;
  readonly flagBit: number;
  readonly parameters: Segments;
  /** Null in a pass without gradients. */
  readonly gradients: AttentionGradients | null;
}

/** Where gradients come from and go to. */
export interface AttentionGradients {
  readonly dcontext: RowsPlace;
  /** Added to. */
  readonly dqueries: RowsPlace;
  /** Overwritten by `collect`; null where nobody asks. */
  readonly dsource: RowsPlace | null;
  readonly parameters: Segments;
}

/** Names of the tensors that views read. */
export const ATTENTION_TENSOR = {
  /** Weights [T, B, S]. */
  weights: (prefix = "") => `${prefix}attention.weights`,
  scores: (prefix = "") => `${prefix}attention.scores`,
  dscores: "attention.dscores",
} as const;

/** The tensors behind an attention, and what follows from its form. */
export interface AttentionParts {
  readonly spec: AttentionSpec;
  readonly A: number;
  readonly E: number;
  readonly scale: number;
  /** Projected, or the queries themselves. */
  readonly query: RowsPlace;
  readonly keys: RowsPlace;
  readonly values: RowsPlace;
  readonly scores: TensorBinding;
  readonly weights: TensorBinding;
  /** Bias of projections that have none. */
  readonly zero: TensorBinding;
}

/** Declares the tensors of the forward pass. */
export function declareParts(draft: ProgramDraft, spec: AttentionSpec): AttentionParts {
  const { prefix, form, widths, T, B, S, source, queries } = spec;
  const role = formedRole({ gradients: spec.gradients !== null });
  const declare = (name: string, shape: readonly number[]) =>
    draft.declare(`${prefix}attention.${name}`, "f32", shape, role);
  const E = contextWidth(form, widths);
  const A = form.score === "dot" ? widths.source : form.width;
  const shared = {
    ...{ spec, A, E, scale: 1 / Math.sqrt(A) },
    scores: draft.declare(ATTENTION_TENSOR.scores(prefix), "f32", [T, B, S], role),
    weights: draft.declare(ATTENTION_TENSOR.weights(prefix), "f32", [T, B, S], "activation"),
    zero: draft.declare(`${prefix}attention.zero`, "f32", [A + E], "activation"),
  };
  if (form.score === "dot") return { ...shared, query: queries, keys: source, values: source };
  const query = packed(declare("query", [T, B, A]), A);
  if (form.score === "additive")
    return { ...shared, query, keys: packed(declare("keys", [S, B, A]), A), values: source };
  const both = packed(declare("keysAndValues", [S, B, A + E]), A + E);
  return { ...shared, query, keys: both, values: fromColumn(both, A) };
}

/** Constants of the operations that read queries, or what stands for them. */
export const queryWindow = ({ offset, stride }: RowsPlace) => ({ queryOffset: offset, queryStride: stride });
/** Constants of the operations that read keys, or what stands for them. */
export const keysWindow = ({ offset, stride }: RowsPlace) => ({ keysOffset: offset, keysStride: stride });
/** Constants of the operations that write rows. */
export const outWindow = ({ offset, stride }: RowsPlace) => ({ outOffset: offset, outStride: stride });

/** Extents of a range of steps, and where its scores begin. */
export function rangeOf({ B, S }: AttentionSpec, { first, count }: StepRange) {
  return { sizes: { T: count, B, S }, pairsOffset: first * B * S, rows: first * B };
}
