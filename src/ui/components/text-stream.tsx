/** Text that the network invents while it trains, newest sample first, with the temperature and prefix it is asked for. */
import { formatNumber } from "../i18n/format.ts";
import { t } from "../i18n/translate.ts";
import controls from "../styles/controls.module.css";
import { RangeField, TextField } from "./fields.tsx";
import { EmptyView } from "./panel.tsx";
import styles from "./results.module.css";

/** One sample as it has arrived so far; `done` once it is complete. */
export interface TextSample {
  readonly sample: number;
  readonly step: number;
  readonly text: string;
  readonly done: boolean;
}

/** `samples` newest last. `error` refuses the prefix (symbols the model does not know) and says why. */
export interface TextStreamProps {
  readonly samples: readonly TextSample[];
  readonly prefix: string;
  readonly temperature: number;
  readonly error: string | null;
  readonly onGeneration: (prefix: string, temperature: number) => void;
}

const TEMPERATURE = { minimum: 0.1, maximum: 2, scale: "linear", integer: false } as const;

/** Controls over the scrolling samples. */
export function TextStream({ samples, prefix, temperature, error, onGeneration }: TextStreamProps) {
  return (
    <>
      <div className={styles.settings}>
        <RangeField
          label={t("text.temperature")}
          range={TEMPERATURE}
          value={temperature}
          shown={formatNumber(temperature)}
          help={t("text.temperatureHelp")}
          onChange={(value) => onGeneration(prefix, value)}
        />
        <TextField
          label={t("text.prefix")}
          value={prefix}
          help={t("text.prefixHelp")}
          error={error}
          onChange={(text) => onGeneration(text, temperature)}
        />
      </div>
      {samples.length === 0 ? (
        <EmptyView>{t("text.waiting")}</EmptyView>
      ) : (
        <>
          <span className={controls.help} id="text-stream-title">
            {t("text.stream")}
          </span>
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling box must be reachable by keyboard. */}
          <ol className={styles.stream} aria-labelledby="text-stream-title" tabIndex={0}>
            {[...samples].reverse().map((sample) => (
              <li key={sample.sample}>
                <span className={styles.streamStep}>{t("text.atStep", { step: sample.step })}</span>
                <span className={styles.streamText}>
                  {sample.text}
                  {sample.done || sample !== samples.at(-1) ? null : <span aria-hidden="true">▏</span>}
                </span>
              </li>
            ))}
          </ol>
        </>
      )}
    </>
  );
}
