/**
 * The equations of the cell in use, folded under the gate views. MathML, so that text size, zoom and screen readers
 * treat them as what they are; React's types know no such elements, hence `createElement` with their names.
 */
import { createElement, type ReactNode } from "react";
import { t } from "../i18n/translate.ts";
import { type CellForm, type FormulaToken, formulaTokens, gruEquations } from "../plots/formula.ts";
import styles from "./results.module.css";

/** `cells` are the layers' forms; `showKeep` writes the first line for 1 − z. */
export interface EquationsProps {
  readonly cells: readonly CellForm[];
  readonly showKeep: boolean;
}

/** One block of equations for each form that occurs in the stack. */
export function Equations({ cells, showKeep }: EquationsProps) {
  const forms = cells.filter((cell, index) => {
    return index === cells.findIndex((other) => other.reset === cell.reset && other.activation === cell.activation);
  });
  return (
    <details className={styles.words}>
      <summary>{t("equations.title")}</summary>
      {forms.map((form) => (
        <div key={`${form.reset} ${form.activation}`} className={styles.equations}>
          <p>{form.reset === "before" ? t("equations.before") : t("equations.after")}</p>
          {gruEquations(form, showKeep).map((equation) => (
            <Formula key={equation} text={equation} />
          ))}
        </div>
      ))}
      <p>{t("equations.symbols")}</p>
    </details>
  );
}

function Formula({ text }: { readonly text: string }) {
  return createElement("math", { display: "block" }, ...formulaTokens(text).map(typeset));
}

function typeset(token: FormulaToken): ReactNode {
  if (token.kind !== "identifier") return createElement(token.kind === "number" ? "mn" : "mo", null, token.text);
  const name = createElement("mi", null, token.text);
  if (token.subscript.length === 0) return name;
  return createElement("msub", null, name, createElement("mrow", null, ...token.subscript.map(typeset)));
}
