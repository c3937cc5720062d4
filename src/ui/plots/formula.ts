/**
 * A formula as a list of tokens, from a line such as `z_t = σ ( x_t W_z + b_z )`: words parted by blanks, a subscript
 * after `_`. Just enough to write the cells' equations once, legibly, and have them typeset as MathML.
 */
import type { LayerChoice, LayerOf } from "../../core/layer-choice.ts";

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

const bounded = (activation: "tanh" | "relu") => (activation === "tanh" ? "tanh" : "ReLU");

const MIX = "h_t = ( 1 − z_t ) ⊙ h_t−1 + z_t ⊙ n_t";

/** z near 1 writes; with `showKeep` the line is that of 1 − z, since σ(−a) = 1 − σ(a). */
const update = (sum: string, showKeep: boolean) => (showKeep ? `1 − z_t = σ ( − ( ${sum} ) )` : `z_t = σ ( ${sum} )`);

const oneBias = (gate: string) => `x_t W_${gate} + h_t−1 U_${gate} + b_${gate}`;
const twoBiases = (gate: string) => `x_t W_${gate} + b_${gate} + h_t−1 U_${gate} + bu_${gate}`;

/** Reset before (Cho et al. 2014) has one bias per gate, reset after (cuDNN, PyTorch) two. */
function gruEquations({ reset, activation }: LayerOf<"gru">, showKeep: boolean): readonly string[] {
  const sum = reset === "before" ? oneBias : twoBiases;
  const candidate =
    reset === "before"
      ? `n_t = ${bounded(activation)} ( x_t W_n + ( r_t ⊙ h_t−1 ) U_n + b_n )`
      : `n_t = ${bounded(activation)} ( x_t W_n + b_n + r_t ⊙ ( h_t−1 U_n + bu_n ) )`;
  return [update(sum("z"), showKeep), `r_t = σ ( ${sum("r")} )`, candidate, MIX];
}

function denseEquation(activation: LayerOf<"dense">["activation"]): string {
  const names = { linear: "", tanh: "tanh", relu: "ReLU", sigmoid: "σ", softmax: "softmax" } as const;
  return activation === "linear" ? "y_t = x_t W + b" : `y_t = ${names[activation]} ( x_t W + b )`;
}

/** The equations of a layer as it is computed, one per line. */
export function cellEquations(layer: LayerChoice, showKeep: boolean): readonly string[] {
  switch (layer.cell) {
    case "gru":
      return gruEquations(layer, showKeep);
    case "lstm":
      return [
        ...["i", "f", "o"].map((gate) => `${gate}_t = σ ( ${twoBiases(gate)} )`),
        `g_t = tanh ( ${twoBiases("g")} )`,
        "c_t = f_t ⊙ c_t−1 + i_t ⊙ g_t",
        "h_t = o_t ⊙ tanh ( c_t )",
      ];
    case "ugrnn":
      return [update(oneBias("z"), showKeep), `n_t = tanh ( ${oneBias("n")} )`, MIX];
    case "rnn":
      return [`h_t = ${bounded(layer.activation)} ( x_t W + b + h_t−1 U + bu )`];
    case "dense":
      return [denseEquation(layer.activation)];
    default:
      return layer satisfies never;
  }
}
