/** The forms of attention: how scores are formed, which parameters that takes, and how wide the context is. */
import type { AttentionChoice } from "../../core/attention-choice.ts";
import type { ParameterSpec } from "../cells/cell.ts";

/** Widths of what asks and of what is asked. */
export interface AttentionWidths {
  readonly query: number;
  readonly source: number;
}

/** Width of the context: that of the values. */
export function contextWidth(form: AttentionChoice, { source }: AttentionWidths): number {
  return form.score === "dot-projected" ? form.valueWidth : source;
}

/** Parameters in file order. `Wkv` holds W_k and W_v side by side, because both read the same rows. */
export function attentionParameters(
  form: AttentionChoice,
  { query, source }: AttentionWidths,
): readonly ParameterSpec[] {
  if (form.score === "dot") return [];
  const A = form.width;
  const Wq: ParameterSpec = { name: "Wq", shape: [query, A], role: "input-weights" };
  if (form.score === "dot-projected") {
    return [Wq, { name: "Wkv", shape: [source, A + form.valueWidth], role: "input-weights" }];
  }
  return [
    Wq,
    { name: "Wk", shape: [source, A], role: "input-weights" },
    { name: "ba", shape: [A], role: "bias" },
    { name: "v", shape: [A], role: "input-weights" },
  ];
}
