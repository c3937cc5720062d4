/** How the learning rate changes by itself: the schedule with those of its numbers that it has. */
import { useState } from "react";
import { FIELD_RANGES, type FieldName } from "../../core/fields.ts";
import { type ScheduleChoice, USUAL_SCHEDULES } from "../../core/schedule-choice.ts";
import { useApp, useSession } from "../app-context.ts";
import { parseNumber, withValue } from "../edit-experiment.ts";
import { t } from "../i18n/translate.ts";
import { ExperimentNumber } from "./experiment-number.tsx";
import { SelectField, TextField } from "./fields.tsx";

const SCHEDULES: readonly ScheduleChoice["name"][] = [
  "constant",
  "warmup-cosine",
  "cosine",
  "cosine-restarts",
  "linear-warmup",
  "inverse-sqrt",
  "exponential",
  "step",
  "multistep",
  "polynomial",
  "plateau",
];

/** In the order in which they act. */
const NUMBERS: readonly FieldName[] = [
  "start",
  "warmup",
  "total",
  "firstCycle",
  "cycleGrowth",
  "power",
  "decay",
  "every",
  "gamma",
  "factor",
  "patience",
  "threshold",
  "cooldown",
  "floor",
];

const PATH = "training.schedule.milestones";

/** Steps separated by commas or blanks. What the schema would refuse stays in the field and out of the draft. */
function Milestones({ steps }: { readonly steps: readonly number[] }) {
  const session = useSession();
  const draft = useApp((state) => state.draft);
  const [text, setText] = useState(steps.join(", "));
  const read = (typed: string) =>
    typed
      .split(/[\s,]+/)
      .filter((word) => word !== "")
      .map((word) => {
        const outcome = parseNumber(word, FIELD_RANGES.every);
        return outcome.ok ? outcome.value : Number.NaN;
      });
  const accepted = draft !== null && withValue(draft, PATH, read(text)).ok;
  // What was accepted is in the draft; if that holds other steps, somebody else has replaced it.
  const stale = accepted && read(text).join() !== steps.join();
  return (
    <TextField
      label={t("field.milestones")}
      value={stale ? steps.join(", ") : text}
      help={t("field.milestones.help")}
      error={accepted ? null : t("field.milestones.refused")}
      onChange={(typed) => {
        setText(typed);
        session.editValue(PATH, read(typed));
      }}
    />
  );
}

/** Choice of the schedule and its numbers. */
export function ScheduleFields({ schedule }: { readonly schedule: ScheduleChoice }) {
  const session = useSession();
  return (
    <>
      <SelectField
        label={t("field.schedule")}
        value={schedule.name}
        choices={SCHEDULES.map((value) => ({ value, label: t(`field.schedule.${value}`) }))}
        help={t("field.schedule.help")}
        onChange={(name) => session.editValue("training.schedule", USUAL_SCHEDULES[name])}
      />
      {schedule.name === "multistep" ? <Milestones steps={schedule.milestones} /> : null}
      {NUMBERS.map((field) => (
        <ExperimentNumber key={field} field={field} />
      ))}
    </>
  );
}
