/**
 * How windows are trained on: how many at once, where one starts, how far gradients reach back in it, and how much of it
 * is kept; with what the run that is shown takes of the device's memory.
 */
import type { Experiment } from "../../core/experiment.ts";
import { FIELD_RANGES } from "../../core/fields.ts";
import { learnsInitialState, looksAhead } from "../../core/layer-choice.ts";
import { canCarryState } from "../../core/task-rules.ts";
import { useApp, useSession } from "../app-context.ts";
import { formatBytes } from "../i18n/format.ts";
import { t } from "../i18n/translate.ts";
import controls from "../styles/controls.module.css";
import { ExperimentNumber } from "./experiment-number.tsx";
import { CheckField, SegmentedControl, SelectField } from "./fields.tsx";

const STATES: readonly Experiment["training"]["state"][] = ["fresh", "carried"];
const WAYS = ["auto", "never", "steps"] as const;

/** What the tensors of the shown run take, and what its checkpoints save. */
function MemoryUse() {
  const memory = useApp((state) => state.run?.memory);
  if (!memory) return null;
  const { checkpoint } = memory;
  const bytes = formatBytes(memory.bytes);
  const whole = formatBytes(memory.wholeBytes);
  const sentence =
    checkpoint === null
      ? t(memory.bytes === memory.wholeBytes ? "experiment.memory" : "experiment.memoryTruncated", { bytes, whole })
      : t("experiment.memoryCheckpoints", { bytes, whole, steps: checkpoint });
  return (
    <p className={controls.help} role="status">
      {sentence}
    </p>
  );
}

/** Where gradients end, and which steps are computed again. */
function ReachFields({ training }: Pick<Experiment, "training">) {
  const session = useSession();
  const { truncate, checkpoint } = training;
  return (
    <>
      <CheckField
        label={t("experiment.truncate")}
        checked={truncate !== null}
        onChange={(on) => session.editValue("training.truncate", on ? FIELD_RANGES.truncate.default : null)}
      />
      <ExperimentNumber field="truncate" />
      <SelectField
        label={t("field.checkpoints")}
        value={typeof checkpoint === "number" ? "steps" : checkpoint}
        choices={WAYS.map((value) => ({ value, label: t(`field.checkpoints.${value}`) }))}
        help={t("field.checkpoints.help")}
        onChange={(way) =>
          session.editValue("training.checkpoint", way === "steps" ? FIELD_RANGES.checkpoint.default : way)
        }
      />
      <ExperimentNumber field="checkpoint" />
    </>
  );
}

/** The controls. What cannot be had with the task or the layers is not offered. */
export function WindowFields({ draft }: { readonly draft: Experiment }) {
  const session = useSession();
  const { task, model, training } = draft;
  const whole = looksAhead(model.layers) || learnsInitialState(model.layers);
  const full = training.batch === "all";
  return (
    <>
      <CheckField
        label={t("experiment.fullBatch")}
        checked={full}
        disabled={training.state === "carried" && !full}
        onChange={(on) => session.editValue("training.batch", on ? "all" : FIELD_RANGES.batch.default)}
      />
      {canCarryState(task) && !whole ? (
        <SegmentedControl
          label={t("field.state")}
          value={training.state}
          choices={STATES.map((value) => ({
            value,
            label: t(`field.state.${value}`),
            disabled: value === "carried" && full,
          }))}
          help={t("field.state.help")}
          onChange={(value) => session.editValue("training.state", value)}
        />
      ) : null}
      {whole ? <p className={controls.help}>{t("experiment.wholeWindows")}</p> : <ReachFields training={training} />}
      <MemoryUse />
    </>
  );
}
