/**
 * One number of the experiment: a slider for the feel of it and an input for the exact value. Text goes up as it was
 * typed and comes back as a value or an error; a refused text stays with its error beside it, nothing is clamped.
 */
import { type ReactNode, useId, useState } from "react";
import { showNumber } from "../edit-experiment.ts";
import { formatNumber } from "../i18n/format.ts";
import { t } from "../i18n/translate.ts";
import styles from "../styles/controls.module.css";
import { Button } from "./button.tsx";
import { SLIDER_STEPS, type SliderRange, sliderPosition, sliderValue } from "./slider-scale.ts";

/**
 * `unit` and `help` are texts; `note` stands beside the label (e.g. "acts at once"); `initial` is what reset returns to.
 * `error` is the sentence about `refused`, the text that stands in the field although it is no value. `whenDone` is for
 * numbers that act at once: somebody who types `5e-4` must not train at a rate of 5 on the way there.
 */
export interface NumberFieldProps {
  readonly label: string;
  readonly range: SliderRange;
  readonly value: number;
  readonly initial: number;
  readonly unit: string | null;
  readonly help: string;
  readonly note?: ReactNode;
  readonly disabled?: boolean;
  /** Typed text goes up with Enter or on leaving the field, instead of with every key. */
  readonly whenDone?: boolean;
  readonly refused: string | null;
  readonly error: string | null;
  /** A text from the input, or a number from slider and reset in the form that a person would type. */
  readonly onText: (text: string) => void;
}

/** Slider and exact input bound to one number. */
export function NumberField(props: NumberFieldProps) {
  const { label, range, value, initial, unit, help, note, refused, error, onText } = props;
  const { disabled = false, whenDone = false } = props;
  const id = useId();
  /** What is being typed: `1.` is the number 1, and would lose its point if the value were shown at once. */
  const [typing, setTyping] = useState<string | null>(null);
  const choose = (next: number) => {
    setTyping(null);
    onText(showNumber(next));
  };
  const settle = () => {
    if (whenDone && typing !== null) onText(typing);
    setTyping(null);
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
          value={typing ?? refused ?? showNumber(value)}
          disabled={disabled}
          aria-invalid={error !== null}
          aria-describedby={`${id}-note`}
          onChange={(event) => {
            setTyping(event.currentTarget.value);
            if (!whenDone) onText(event.currentTarget.value);
          }}
          onKeyDown={(event) => {
            if (event.key === "Enter") settle();
          }}
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
            {t("field.resetTo", { value: showNumber(initial) })}
          </Button>
        )}
      </span>
    </div>
  );
}
