/** The loss chart in words and as a table, for those who do not see the curves; it takes the newest course it is given. */
import { t } from "../i18n/translate.ts";
import type { LossCourse } from "../plots/loss-curves.ts";
import controls from "../styles/controls.module.css";
import styles from "./results.module.css";

/** `course` is refreshed by the caller, at most once a second. */
export interface LossWordsProps {
  readonly course: LossCourse;
}

/** Rows of the table: enough to see where the run is going. */
const EVALUATIONS_SHOWN = 12;

/** Two sentences and a folded table of the last evaluations. */
export function LossWords({ course }: LossWordsProps) {
  const { loss, evaluations, best } = course;
  const latest = evaluations.at(-1);
  const first = loss[0];
  const last = loss.at(-1);
  return (
    <div className={styles.words}>
      {first === undefined || last === undefined ? null : (
        <p>{t("loss.summaryTrain", { count: loss.length, first, last })}</p>
      )}
      {latest && best ? (
        <p>
          {t("loss.summaryValidation", {
            last: latest.validationLoss,
            step: latest.step,
            best: best.validationLoss,
            bestStep: best.step,
          })}
        </p>
      ) : null}
      {latest ? (
        <details>
          <summary>{t("loss.tableTitle")}</summary>
          <table className={controls.table}>
            <caption>{t("loss.tableCaption", { count: Math.min(EVALUATIONS_SHOWN, evaluations.length) })}</caption>
            <thead>
              <tr>
                <th scope="col">{t("loss.step")}</th>
                <th scope="col">{t("loss.validation")}</th>
              </tr>
            </thead>
            <tbody>
              {evaluations.slice(-EVALUATIONS_SHOWN).map((point) => (
                <tr key={point.step}>
                  <td>{point.step}</td>
                  <td>{point.validationLoss.toPrecision(5)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </details>
      ) : null}
    </div>
  );
}
