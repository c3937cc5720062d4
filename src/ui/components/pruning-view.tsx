/** What pruning left of each part and what it cost on the validation data, for the last pruning and for each one so far. */
import type { PruningReport } from "../../core/run-record.ts";
import { formatNumber, formatPercent } from "../i18n/format.ts";
import { t } from "../i18n/translate.ts";
import controls from "../styles/controls.module.css";
import { Panel } from "./panel.tsx";
import styles from "./results.module.css";

/** Significant digits of a loss. */
const LOSS_DIGITS = 5;
/** Rows of the table of prunings: the newest, which is where the run is. */
const PRUNINGS_SHOWN = 12;

const showLoss = (loss: number | null): string => loss?.toPrecision(LOSS_DIGITS) ?? t("loss.none");

/** `layers.1` → Layer 2, `head` → the output; other parts go by their names in files. */
function partLabel(name: string): string {
  const index = /^layers\.(\d+)$/.exec(name)?.[1];
  if (index !== undefined) return t("common.layer", { layer: Number(index) + 1 });
  return name === "head" ? t("pruning.head") : name;
}

/** Panel of a run that has pruned; nothing before. */
export function PruningView({ prunings }: { readonly prunings: readonly PruningReport[] }) {
  const last = prunings.at(-1);
  if (!last) return null;
  const { step, share, parts } = last;
  const loss = { before: showLoss(last.lossBefore), after: showLoss(last.lossAfter) };
  return (
    <Panel title={t("pruning.title")} aside={t("gates.atStep", { step })}>
      <p className={styles.words}>{t("pruning.summary", { step, share: formatPercent(share), ...loss })}</p>
      <div className={controls.scroll}>
        <table className={controls.table}>
          <caption>{t("pruning.parts")}</caption>
          <thead>
            <tr>
              <th scope="col">{t("pruning.part")}</th>
              <th scope="col">{t("pruning.weights")}</th>
              <th scope="col">{t("pruning.zeros")}</th>
              <th scope="col">{t("pruning.alone")}</th>
            </tr>
          </thead>
          <tbody>
            {parts.map((part) => (
              <tr key={part.name}>
                <th scope="row">{partLabel(part.name)}</th>
                <td>{formatNumber(part.weights)}</td>
                <td>
                  {t("pruning.zerosShare", {
                    zeros: part.zeros,
                    share: formatPercent(part.weights === 0 ? 0 : part.zeros / part.weights),
                  })}
                </td>
                <td>{showLoss(part.loss)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {prunings.length > 1 ? <History prunings={prunings} /> : null}
    </Panel>
  );
}

function History({ prunings }: { readonly prunings: readonly PruningReport[] }) {
  const shown = prunings.slice(-PRUNINGS_SHOWN);
  return (
    <details className={styles.words}>
      <summary>{t("pruning.all")}</summary>
      <table className={controls.table}>
        <caption>{t("pruning.allCaption", { count: shown.length })}</caption>
        <thead>
          <tr>
            <th scope="col">{t("loss.step")}</th>
            <th scope="col">{t("pruning.zeros")}</th>
            <th scope="col">{t("pruning.before")}</th>
            <th scope="col">{t("pruning.after")}</th>
          </tr>
        </thead>
        <tbody>
          {shown.map(({ step, share, lossBefore, lossAfter }) => (
            <tr key={step}>
              <td>{formatNumber(step)}</td>
              <td>{formatPercent(share)}</td>
              <td>{showLoss(lossBefore)}</td>
              <td>{showLoss(lossAfter)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </details>
  );
}
