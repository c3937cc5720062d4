/**
 * A formula as a list of tokens, from a line such as `z_t = σ ( x_t W_z + b_z )`: words parted by blanks, a subscript
 * after `_`. Just enough to write the cells' equations once, legibly, and have them typeset as MathML.
 */

/** One sign of a formula. A subscript may hold a sum, e.g. t−1. */
export type FormulaToken =
  | { readonly kind: "operator" | "number"; readonly text: string }
  | { readonly kind: "identifier"; readonly text: string; readonly subscript: readonly FormulaToken[] };

const OPERATORS = ["=", "+", "−", "⊙", "(", ")", ","];

/** Splits a formula into its tokens. */
export function formulaTokens(formula: string): readonly FormulaToken[] {
  return formula.split(" ").map((word): FormulaToken => {
    if (OPERATORS.includes(word)) return { kind: "operator", text: word };
    if (/^\d+$/.test(word)) return { kind: "number", text: word };
    const [text = "", subscript = ""] = word.split("_");
    return {
      kind: "identifier",
      text,
      subscript: subscript === "" ? [] : formulaTokens(subscript.replace("−", " − ")),
    };
  });
}

/** What decides a cell's equations. */
export interface CellForm {
  readonly reset: "before" | "after";
  readonly activation: "tanh" | "relu";
}

/**
 * The equations of a GRU as it is computed: reset before (Cho et al. 2014) has one bias per gate, reset after (cuDNN,
 * PyTorch) two. z near 1 writes; with `showKeep` the first line is that of 1 − z, since σ(−a) = 1 − σ(a).
 */
export function gruEquations({ reset, activation }: CellForm, showKeep: boolean): readonly string[] {
  const sum = (gate: string) =>
    reset === "before"
      ? `x_t W_${gate} + h_t−1 U_${gate} + b_${gate}`
      : `x_t W_${gate} + b_${gate} + h_t−1 U_${gate} + bu_${gate}`;
  const bounded = activation === "tanh" ? "tanh" : "ReLU";
  const update = showKeep ? `1 − z_t = σ ( − ( ${sum("z")} ) )` : `z_t = σ ( ${sum("z")} )`;
  const candidate =
    reset === "before"
      ? `n_t = ${bounded} ( x_t W_n + ( r_t ⊙ h_t−1 ) U_n + b_n )`
      : `n_t = ${bounded} ( x_t W_n + b_n + r_t ⊙ ( h_t−1 U_n + bu_n ) )`;
  return [update, `r_t = σ ( ${sum("r")} )`, candidate, "h_t = ( 1 − z_t ) ⊙ h_t−1 + z_t ⊙ n_t"];
}
