/**
 * Where a slider's thumb stands for a value, linear or logarithmic, and back. Positions are whole numbers from 0 to
 * `SLIDER_STEPS`, because a native range input rounds to its own step and a log range has no step in the value.
 */

/** Positions of a slider. */
export const SLIDER_STEPS = 1000;

/** The part of a field that a slider needs. */
export interface SliderRange {
  readonly minimum: number;
  readonly maximum: number;
  readonly scale: "linear" | "log";
  readonly integer: boolean;
}

/** Digits kept of a value that a thumb chose: as fine as the thumb can be placed. */
const CHOSEN_DIGITS = 3;

/** Position of a value's thumb; values beyond the ends stand at the ends. */
export function sliderPosition(range: SliderRange, value: number): number {
  const share =
    range.scale === "log"
      ? Math.log(value / range.minimum) / Math.log(range.maximum / range.minimum)
      : (value - range.minimum) / (range.maximum - range.minimum);
  return Math.round(Math.min(1, Math.max(0, share)) * SLIDER_STEPS);
}

/** Value under a thumb, rounded to what the thumb can tell apart; always inside the range. */
export function sliderValue(range: SliderRange, position: number): number {
  if (position <= 0) return range.minimum;
  if (position >= SLIDER_STEPS) return range.maximum;
  const share = position / SLIDER_STEPS;
  const exact =
    range.scale === "log"
      ? range.minimum * (range.maximum / range.minimum) ** share
      : range.minimum + (range.maximum - range.minimum) * share;
  const rounded = range.integer ? Math.round(exact) : Number(exact.toPrecision(CHOSEN_DIGITS));
  return Math.min(range.maximum, Math.max(range.minimum, rounded));
}
