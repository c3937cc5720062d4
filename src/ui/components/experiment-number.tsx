/** Binds one row of the field table to the draft: label, help, range, unit, default and when it acts come from there. */
import { FIELD_RANGES, type FieldName, type FieldRange } from "../../core/fields.ts";
import { useApp, useSession } from "../app-context.ts";
import { presetOf, type RefusedNumber } from "../app-state.ts";
import { defaultAt, numberAt, pathOf, showNumber } from "../edit-experiment.ts";
import { formatNumber } from "../i18n/format.ts";
import { t } from "../i18n/translate.ts";
import { NumberField } from "./number-field.tsx";

/** `layer` counts from 0, for fields of a layer. */
export interface ExperimentNumberProps {
  readonly field: FieldName;
  readonly layer?: number;
  readonly disabled?: boolean;
}

/** A limit as a person would write it: grouped where it is large, never rounded where it is small. */
const showLimit = (value: number): string => (Math.abs(value) < 1 ? showNumber(value) : formatNumber(value));

/** Why a text was refused, with the allowed range. */
function refusalSentence(refused: RefusedNumber, range: FieldRange): string {
  const minimum = showLimit(range.minimum);
  const maximum = showLimit(range.maximum);
  switch (refused.reason) {
    case "not-a-number":
      return t("field.notNumber", { minimum, maximum });
    case "not-whole":
      return t("field.notWhole", { value: refused.text, minimum, maximum });
    case "out-of-range":
      return t("field.refused", { value: refused.text, minimum, maximum });
    default:
      return refused.reason satisfies never;
  }
}

/** The control of one numeric field; nothing where the draft has no such field or it is switched off. */
export function ExperimentNumber({ field, layer, disabled = false }: ExperimentNumberProps) {
  const place = { field, layer: layer ?? null };
  const path = pathOf(place);
  const range = FIELD_RANGES[field];
  const session = useSession();
  const value = useApp((state) => (state.draft ? numberAt(state.draft, place) : undefined));
  const initial = useApp((state) =>
    state.draft ? defaultAt(presetOf(state, state.draft.task.name), place) : range.default,
  );
  const refused = useApp((state) => state.refused.get(path));
  if (value === undefined || value === null) return null;
  const limits = { minimum: showLimit(range.minimum), maximum: showLimit(range.maximum) };
  const unit = range.unit === null ? null : t(`unit.${range.unit}`);
  const extent = unit === null ? t("field.range", limits) : t("field.rangeUnit", { ...limits, unit });
  return (
    <NumberField
      label={t(`field.${field}`)}
      range={range}
      value={value}
      initial={initial}
      unit={unit}
      help={`${t(`field.${field}.help`)} ${extent}.`}
      note={t(`field.acts.${range.acts}`)}
      disabled={disabled}
      whenDone={range.acts === "live"}
      refused={refused?.text ?? null}
      error={refused ? refusalSentence(refused, range) : null}
      onText={(text) => session.editNumber(place, text)}
    />
  );
}
