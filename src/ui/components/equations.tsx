/**
 * The equations of the cell in use, folded under the gate views. MathML, so that text size, zoom and screen readers
 * treat them as what they are; React's types know no such elements, hence `createElement` with their names.
 */
import { createElement, type ReactNode } from "react";
import type { LayerChoice } from "../../core/layer-choice.ts";
import { t } from "../i18n/translate.ts";
import { cellEquations, type FormulaToken, formulaTokens } from "../plots/formula.ts";
import styles from "./results.module.css";

/** `layers` of the stack; `showKeep` writes the line of z for 1 − z. */
export interface EquationsProps {
  readonly layers: readonly LayerChoice[];
  readonly showKeep: boolean;
}

/** One block of equations for each cell that occurs in the stack, whatever its width. */
export function Equations({ layers, showKeep }: EquationsProps) {
  const blocks = new Map(layers.map((layer) => [cellEquations(layer, showKeep).join("\n"), layer]));
  return (
    <details className={styles.words}>
      <summary>{t("equations.title")}</summary>
      {[...blocks].map(([key, layer]) => (
        <div key={key} className={styles.equations}>
          <p>{t(ABOUT[layer.cell === "gru" ? layer.reset : layer.cell])}</p>
          {cellEquations(layer, showKeep).map((equation) => (
            <Formula key={equation} text={equation} />
          ))}
        </div>
      ))}
      <p>{t("equations.symbols")}</p>
    </details>
  );
}

const ABOUT = {
  before: "equations.before",
  after: "equations.after",
  lstm: "equations.lstm",
  ugrnn: "equations.ugrnn",
  rnn: "equations.rnn",
  dense: "equations.dense",
} as const;

function Formula({ text }: { readonly text: string }) {
  return createElement("math", { display: "block" }, ...formulaTokens(text).map(typeset));
}

function typeset(token: FormulaToken): ReactNode {
  if (token.kind !== "identifier") return createElement(token.kind === "number" ? "mn" : "mo", null, token.text);
  const name = createElement("mi", null, token.text);
  if (token.subscript.length === 0) return name;
  return createElement("msub", null, name, createElement("mrow", null, ...token.subscript.map(typeset)));
}
