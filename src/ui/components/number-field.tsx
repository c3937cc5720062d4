/**
 * One number of the experiment: a slider for the feel of it and an input for the exact value. What a person types is
 * kept as text until it is a number in range; a refused text stays with the allowed range beside it, nothing is clamped.
 */
import { type ReactNode, useId, useState } from "react";
import { formatNumber } from "../i18n/format.ts";
import { t } from "../i18n/translate.ts";
import styles from "../styles/controls.module.css";
import { Button } from "./button.tsx";
import { SLIDER_STEPS, type SliderRange, sliderPosition, sliderValue } from "./slider-scale.ts";

/** `unit` and `help` are texts; `note` stands beside the label (e.g. "acts at once"); `initial` is what reset returns to. */
export interface NumberFieldProps {
  readonly label: string;
  readonly range: SliderRange;
  readonly value: number;
  readonly initial: number;
  readonly unit: string | null;
  readonly help: string;
  readonly note?: ReactNode;
  readonly disabled?: boolean;
  readonly onChange: (value: number) => void;
}

/** Why a typed text is no value of the range, as a sentence, or null when it is one. */
function refusal(range: SliderRange, text: string): string | null {
  const minimum = formatNumber(range.minimum);
  const maximum = formatNumber(range.maximum);
  const value = Number(text);
  if (text.trim() === "" || !Number.isFinite(value)) return t("field.notNumber", { minimum, maximum });
  if (value < range.minimum || value > range.maximum) return t("field.refused", { value: text, minimum, maximum });
  return range.integer && !Number.isInteger(value) ? t("field.notWhole", { value: text }) : null;
}

/** Slider and exact input bound to one number. */
export function NumberField(props: NumberFieldProps) {
  const { label, range, value, initial, unit, help, note, disabled = false, onChange } = props;
  const id = useId();
  const [draft, setDraft] = useState<string | null>(null);
  const error = draft === null ? null : refusal(range, draft);
  const type = (text: string) => {
    setDraft(text);
    if (refusal(range, text) === null) onChange(Number(text));
  };
  const settle = () => {
    if (error === null) setDraft(null);
  };
  const choose = (next: number) => {
    setDraft(null);
    onChange(next);
  };
  return (
    <div className={styles.field}>
      <div className={styles.label}>
        <label htmlFor={id}>{label}</label>
        <span className={styles.unit}>{note}</span>
      </div>
      <div className={styles.pair}>
        <input
          className={styles.range}
          type="range"
          min={0}
          max={SLIDER_STEPS}
          value={sliderPosition(range, value)}
          disabled={disabled}
          aria-label={label}
          aria-valuetext={formatNumber(value)}
          onChange={(event) => choose(sliderValue(range, event.currentTarget.valueAsNumber))}
        />
        <input
          id={id}
          className={`${styles.input} ${styles.number}`}
          type="text"
          inputMode="decimal"
          value={draft ?? String(value)}
          disabled={disabled}
          aria-invalid={error !== null}
          aria-describedby={`${id}-note`}
          onChange={(event) => type(event.currentTarget.value)}
          onBlur={settle}
        />
        <span className={styles.unit}>{unit}</span>
      </div>
      <span
        id={`${id}-note`}
        className={error === null ? styles.help : styles.error}
        role={error === null ? undefined : "alert"}
      >
        {error ?? help}{" "}
        {value === initial && error === null ? null : (
          <Button weight="quiet" disabled={disabled} onClick={() => choose(initial)}>
            {t("field.resetTo", { value: initial })}
          </Button>
        )}
      </span>
    </div>
  );
}
