import { describe, expect, test } from "vitest";
import { DENSE_ACTIVATIONS, defaultLayer, LAYER_KINDS, type LayerChoice } from "../../core/layer-choice.ts";
import { cellEquations, formulaTokens } from "./formula.ts";

const FORMS: readonly LayerChoice[] = [
  ...LAYER_KINDS.map((kind) => defaultLayer(kind, 1)),
  ...DENSE_ACTIVATIONS.map((activation): LayerChoice => ({ cell: "dense", activation, units: 1 })),
  { cell: "gru", reset: "before", activation: "relu", units: 1 },
  { cell: "rnn", activation: "relu", units: 1 },
];

describe("formulas", () => {
  test("words, operators, numbers and a subscript with a sum", () => {
    expect(formulaTokens("1 − h_t−1")).toEqual([
      { kind: "number", text: "1" },
      { kind: "operator", text: "−" },
      {
        kind: "identifier",
        text: "h",
        subscript: [
          { kind: "identifier", text: "t", subscript: [] },
          { kind: "operator", text: "−" },
          { kind: "number", text: "1" },
        ],
      },
    ]);
  });

  test("every equation of every form has as many opening as closing brackets, and known words only", () => {
    const known = /^(x|y|h|c|z|r|n|i|f|g|o|t|W|U|b|bu|σ|tanh|ReLU|softmax)$/;
    for (const layer of FORMS) {
      for (const showKeep of [false, true]) {
        for (const equation of cellEquations(layer, showKeep)) {
          const tokens = formulaTokens(equation);
          const count = (text: string) => tokens.filter((token) => token.text === text).length;
          expect(count("(")).toBe(count(")"));
          for (const token of tokens) if (token.kind === "identifier") expect(token.text).toMatch(known);
        }
      }
    }
  });

  test("the reset gate acts on the state before the product, or on the product after it", () => {
    const line = (reset: "before" | "after") =>
      cellEquations({ cell: "gru", reset, activation: "tanh", units: 1 }, false)[2];
    expect(line("before")).toContain("( r_t ⊙ h_t−1 ) U_n");
    expect(line("after")).toContain("r_t ⊙ ( h_t−1 U_n + bu_n )");
  });
});
