/** What a decoder says: its answers to held-out sources beside the right ones, and what a search finds for the probe. */
import type { Answer, FoundAnswer } from "../../worker/summaries.ts";
import { formatPercent } from "../i18n/format.ts";
import { t } from "../i18n/translate.ts";
import controls from "../styles/controls.module.css";
import styles from "./results.module.css";

/** A table of sources with both answers. */
export function AnswersView({ answers }: { readonly answers: readonly Answer[] }) {
  return (
    <div className={controls.scroll}>
      <table className={controls.table}>
        <caption>{t("answers.caption", { count: answers.length })}</caption>
        <thead>
          <tr>
            <th scope="col">{t("answers.source")}</th>
            <th scope="col">{t("answers.said")}</th>
            <th scope="col">{t("answers.wanted")}</th>
          </tr>
        </thead>
        <tbody>
          {answers.map(({ source, said, wanted }) => (
            <tr key={source}>
              <th scope="row">{source}</th>
              <td>{said === "" ? t("answers.none") : said}</td>
              <td>{said === wanted ? t("answers.right") : wanted}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** Nothing until a search was made. */
export function BeamAnswers({ answers }: { readonly answers: readonly FoundAnswer[] }) {
  if (answers.length === 0) return null;
  return (
    <section className={styles.words}>
      <h3>{t("beam.title")}</h3>
      <ol>
        {answers.map(({ text, probability }) => (
          <li key={text}>{t("beam.answer", { text, probability: formatPercent(probability) })}</li>
        ))}
      </ol>
      <p>{t("beam.help")}</p>
    </section>
  );
}
