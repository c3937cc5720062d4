/**
 * Small labelled fields on native inputs: a slider for view settings, a select, a segmented choice, a check box and a
 * line of text. Numbers of the experiment use `NumberField`, which also takes an exact value.
 */
import { type ReactNode, useId } from "react";
import styles from "../styles/controls.module.css";
import { SLIDER_STEPS, type SliderRange, sliderPosition, sliderValue } from "./slider-scale.ts";

/** A slider; `shown` is the value as text, also told to screen readers. */
export interface RangeFieldProps {
  readonly label: string;
  readonly range: SliderRange;
  readonly value: number;
  readonly shown: string;
  readonly help?: string;
  readonly disabled?: boolean;
  readonly onChange: (value: number) => void;
}

/** Slider with its value beside the label. */
export function RangeField({ label, range, value, shown, help, disabled = false, onChange }: RangeFieldProps) {
  const id = useId();
  return (
    <div className={styles.field}>
      <div className={styles.label}>
        <label htmlFor={id}>{label}</label>
        <span className={styles.value}>{shown}</span>
      </div>
      <input
        id={id}
        className={styles.range}
        type="range"
        min={0}
        max={SLIDER_STEPS}
        value={sliderPosition(range, value)}
        disabled={disabled}
        aria-valuetext={shown}
        aria-describedby={help === undefined ? undefined : `${id}-help`}
        onChange={(event) => onChange(sliderValue(range, event.currentTarget.valueAsNumber))}
      />
      {help === undefined ? null : (
        <span id={`${id}-help`} className={styles.help}>
          {help}
        </span>
      )}
    </div>
  );
}

/** One of a few named values. */
export interface Choice<Value extends string> {
  readonly value: Value;
  readonly label: string;
  readonly disabled?: boolean;
}

/** Shared by select and segmented control. */
export interface ChoiceFieldProps<Value extends string> {
  readonly label: string;
  readonly value: Value;
  readonly choices: readonly Choice<Value>[];
  readonly help?: string;
  /** Stands beside the label, e.g. "acts at once". */
  readonly note?: string;
  readonly disabled?: boolean;
  readonly onChange: (value: Value) => void;
}

/** Native select: for more than four choices, or long ones. */
export function SelectField<Value extends string>(props: ChoiceFieldProps<Value>) {
  const { label, value, choices, help, disabled = false, onChange } = props;
  const id = useId();
  const choose = (name: string) => {
    const chosen = choices.find((choice) => choice.value === name);
    if (chosen) onChange(chosen.value);
  };
  return (
    <div className={styles.field}>
      <label className={styles.label} htmlFor={id}>
        {label}
      </label>
      <select
        id={id}
        className={styles.select}
        value={value}
        disabled={disabled}
        aria-describedby={help === undefined ? undefined : `${id}-help`}
        onChange={(event) => choose(event.currentTarget.value)}
      >
        {choices.map((choice) => (
          <option key={choice.value} value={choice.value} disabled={choice.disabled}>
            {choice.label}
          </option>
        ))}
      </select>
      {help === undefined ? null : (
        <span id={`${id}-help`} className={styles.help}>
          {help}
        </span>
      )}
    </div>
  );
}

/** Radio buttons drawn as one bar: for two to four short choices. Arrow keys move, as in any radio group. */
export function SegmentedControl<Value extends string>(props: ChoiceFieldProps<Value>) {
  const { label, value, choices, help, note, disabled = false, onChange } = props;
  const id = useId();
  return (
    <fieldset
      className={styles.field}
      disabled={disabled}
      aria-describedby={help === undefined ? undefined : `${id}-help`}
    >
      <legend className={styles.label}>
        {label}
        {note === undefined ? null : <span className={styles.unit}>{note}</span>}
      </legend>
      <span className={styles.segmented}>
        {choices.map((choice) => (
          <label key={choice.value} className={styles.segment}>
            <input
              type="radio"
              name={id}
              checked={choice.value === value}
              disabled={choice.disabled}
              onChange={() => onChange(choice.value)}
            />
            <span>{choice.label}</span>
          </label>
        ))}
      </span>
      {help === undefined ? null : (
        <span id={`${id}-help`} className={styles.help}>
          {help}
        </span>
      )}
    </fieldset>
  );
}

/** A yes or no that acts at once. */
export interface CheckFieldProps {
  readonly label: ReactNode;
  readonly checked: boolean;
  readonly disabled?: boolean;
  readonly onChange: (checked: boolean) => void;
}

/** Native check box with its label. */
export function CheckField({ label, checked, disabled = false, onChange }: CheckFieldProps) {
  return (
    <label className={styles.check}>
      <input
        type="checkbox"
        checked={checked}
        disabled={disabled}
        onChange={(event) => onChange(event.currentTarget.checked)}
      />
      {label}
    </label>
  );
}

/** A line of text; `error` refuses what stands there and says why. */
export interface TextFieldProps {
  readonly label: string;
  readonly value: string;
  readonly help?: string;
  readonly error?: string | null;
  readonly disabled?: boolean;
  readonly onChange: (value: string) => void;
}

/** Native text input; spelling aids are off, the text is data. */
export function TextField({ label, value, help, error = null, disabled = false, onChange }: TextFieldProps) {
  const id = useId();
  const note = error ?? help;
  return (
    <div className={styles.field}>
      <label className={styles.label} htmlFor={id}>
        {label}
      </label>
      <input
        id={id}
        className={styles.input}
        type="text"
        value={value}
        disabled={disabled}
        autoCapitalize="off"
        autoComplete="off"
        spellCheck={false}
        aria-invalid={error !== null}
        aria-describedby={note === undefined ? undefined : `${id}-note`}
        onChange={(event) => onChange(event.currentTarget.value)}
      />
      {note === undefined ? null : (
        <span
          id={`${id}-note`}
          className={error === null ? styles.help : styles.error}
          role={error === null ? undefined : "alert"}
        >
          {note}
        </span>
      )}
    </div>
  );
}
