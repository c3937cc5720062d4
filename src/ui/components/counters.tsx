/** The run's numbers in a strip: right-aligned in fixed room, so that nothing moves while they count. */

import { useApp } from "../app-context.ts";
import { formatLoss, formatNumber } from "../i18n/format.ts";
import { t } from "../i18n/translate.ts";
import { writesSymbols } from "../run-state.ts";
import styles from "./top-bar.module.css";

const showLoss = (value: number | undefined | null): string =>
  value === undefined || value === null ? t("bar.none") : formatLoss(value);

/** Whole rates from ten on: their tenths are noise. */
function showRate(value: number): string {
  if (value <= 0) return t("bar.none");
  return formatNumber(value >= 10 ? Math.round(value) : Number(value.toFixed(1)));
}

function Counter({
  name,
  value,
  wide = false,
}: {
  readonly name: string;
  readonly value: string;
  readonly wide?: boolean;
}) {
  return (
    <div className={wide ? `${styles.counter} ${styles.secondary}` : styles.counter}>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  );
}

/** Step, epoch, losses and speed of the run that is shown. */
export function Counters() {
  const run = useApp((state) => state.run);
  const validation = run?.evaluation?.validationLoss;
  return (
    <dl className={styles.counters} aria-label={t("bar.counters")}>
      <Counter name={t("bar.stepCount")} value={run ? formatNumber(run.step) : t("bar.none")} />
      <Counter name={t("bar.epoch")} value={run ? run.epoch.toFixed(1) : t("bar.none")} wide />
      <Counter name={t("bar.loss")} value={showLoss(run?.loss)} />
      <Counter name={t("bar.validation")} value={showLoss(validation)} />
      {run && writesSymbols(run.dataset) ? (
        <Counter
          name={t("bar.perplexity")}
          value={validation === undefined ? t("bar.none") : formatLoss(Math.exp(validation))}
        />
      ) : null}
      <Counter name={t("bar.steps")} value={run?.playing ? showRate(run.stepsPerSecond) : t("bar.none")} />
      <Counter name={t("bar.tokens")} value={run?.playing ? showRate(run.tokensPerSecond) : t("bar.none")} wide />
    </dl>
  );
}
