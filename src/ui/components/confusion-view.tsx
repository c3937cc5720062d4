/** Which class was taken for which: a real table, shaded by share of its row, with the right answers framed. */
import type { CSSProperties } from "react";
import type { DatasetSummary, TaskResult } from "../../worker/summaries.ts";
import { formatNumber, formatPercent } from "../i18n/format.ts";
import { t } from "../i18n/translate.ts";
import { type ConfusionSummary, summarizeConfusion } from "../plots/confusion.ts";
import { visibleSymbol } from "../plots/strip.ts";
import controls from "../styles/controls.module.css";
import styles from "./results.module.css";

/** Counts over fresh test sequences. */
export type Classes = Extract<TaskResult, { readonly kind: "classes" }>;

/** `chance` is the accuracy of guessing, in [0, 1]; null where it is not known. */
export interface ConfusionViewProps {
  readonly classes: Classes;
  readonly chance: number | null;
  /** What "without memory" is for this task. */
  readonly baseline: DatasetSummary["baseline"]["name"];
}

/** A larger matrix is not legible as a table. */
const CLASSES_DRAWN = 16;
const MISTAKES_LISTED = 10;

/** Accuracy in words, then the matrix, or for many classes the commonest mistakes. */
export function ConfusionView({ classes, chance, baseline }: ConfusionViewProps) {
  const { labels, confusion } = classes;
  const summary = summarizeConfusion(confusion, labels.length, MISTAKES_LISTED);
  const { right, count } = summary;
  const share = count === 0 ? t("loss.none") : formatPercent(right / count);
  return (
    <>
      <p>
        {t("classes.accuracy", { share, right, count })}{" "}
        {chance === null
          ? null
          : t(baseline === "base-rate" ? "classes.commoner" : "classes.chance", { chance: formatPercent(chance) })}
      </p>
      {labels.length <= CLASSES_DRAWN ? (
        <Matrix classes={classes} />
      ) : (
        <Mistakes labels={labels} mistakes={summary.mistakes} />
      )}
    </>
  );
}

function Matrix({ classes }: { readonly classes: Classes }) {
  const { labels, confusion } = classes;
  const size = labels.length;
  const rows = labels.map((wanted, target) => {
    const counts = Array.from(confusion.subarray(target * size, (target + 1) * size));
    return { wanted, target, counts, total: counts.reduce((sum, entry) => sum + entry, 0) };
  });
  return (
    <div className={controls.scroll}>
      <table className={styles.matrix}>
        <caption>{t("classes.caption")}</caption>
        <thead>
          <tr>
            <td />
            {labels.map((label) => (
              <th key={label} scope="col">
                {visibleSymbol(label)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map(({ wanted, target, counts, total }) => (
            <tr key={wanted}>
              <th scope="row">{visibleSymbol(wanted)}</th>
              {labels.map((answered, predicted) => (
                <td
                  key={answered}
                  className={target === predicted ? styles.right : undefined}
                  style={shade((counts[predicted] ?? 0) / Math.max(1, total))}
                >
                  {formatNumber(counts[predicted] ?? 0)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** Accent wash by share; the ink stays the page's, so the count is legible on all of it. */
const shade = (share: number): CSSProperties => ({
  backgroundColor: `color-mix(in oklab, var(--accent) ${Math.round(share * 35)}%, var(--surface))`,
});

interface MistakesProps {
  readonly labels: readonly string[];
  readonly mistakes: ConfusionSummary["mistakes"];
}

function Mistakes({ labels, mistakes }: MistakesProps) {
  const nameOf = (index: number) => visibleSymbol(labels[index] ?? "");
  if (mistakes.length === 0) return <p className={controls.help}>{t("classes.noMistake", { count: labels.length })}</p>;
  return (
    <table className={controls.table}>
      <caption>{t("classes.tooMany", { count: labels.length })}</caption>
      <thead>
        <tr>
          <th scope="col">{t("classes.mistake")}</th>
          <th scope="col">{t("classes.count")}</th>
        </tr>
      </thead>
      <tbody>
        {mistakes.map(({ target, predicted, count }) => (
          <tr key={`${target} ${predicted}`}>
            <th scope="row">{t("classes.confusion", { wanted: nameOf(target), answered: nameOf(predicted) })}</th>
            <td>{formatNumber(count)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
