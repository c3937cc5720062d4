/** What is minimised, of what suits the task, with the numbers of that loss; and how the losses of steps become one. */
import { useState } from "react";
import type { Experiment } from "../../core/experiment.ts";
import { FIELD_RANGES } from "../../core/fields.ts";
import { type ClassWeights, type Reduction, USUAL_LOSSES } from "../../core/loss-choice.ts";
import { suitableLosses } from "../../core/task-rules.ts";
import { useApp, useSession } from "../app-context.ts";
import { parseNumber, withValue } from "../edit-experiment.ts";
import { t } from "../i18n/translate.ts";
import { ExperimentNumber } from "./experiment-number.tsx";
import { SegmentedControl, SelectField, TextField } from "./fields.tsx";

const REDUCTIONS: readonly Reduction[] = ["mean", "sum", "sequences"];
const WEIGHTS_PATH = "training.loss.weights";

const readWeights = (typed: string) =>
  typed
    .split(/[\s,]+/)
    .filter((word) => word !== "")
    .map((word) => {
      const outcome = parseNumber(word, FIELD_RANGES.classWeight);
      return outcome.ok ? outcome.value : Number.NaN;
    });

/** One number for each class. What the schema would refuse stays in the field and out of the draft. */
function GivenWeights({ weights }: { readonly weights: readonly number[] }) {
  const session = useSession();
  const draft = useApp((state) => state.draft);
  const [text, setText] = useState(weights.join(", "));
  const accepted = draft !== null && withValue(draft, WEIGHTS_PATH, readWeights(text)).ok;
  // What was accepted is in the draft; if that holds other weights, somebody else has replaced it.
  const stale = accepted && readWeights(text).join() !== weights.join();
  return (
    <TextField
      label={t("field.weights.given")}
      value={stale ? weights.join(", ") : text}
      help={t("field.weights.help")}
      error={accepted ? null : t("field.weights.refused")}
      onChange={(typed) => {
        setText(typed);
        session.editValue(WEIGHTS_PATH, readWeights(typed));
      }}
    />
  );
}

/** Balanced by the training data, or as given. */
function ClassWeightFields({ weights }: { readonly weights: ClassWeights }) {
  const session = useSession();
  const classes = useApp((state) => state.run?.dataset.labels.length) ?? 1;
  const choose = (way: "balanced" | "given") =>
    session.editValue(WEIGHTS_PATH, way === "balanced" ? way : Array.from({ length: Math.max(1, classes) }, () => 1));
  return (
    <>
      <SegmentedControl
        label={t("field.weights")}
        value={weights === "balanced" ? "balanced" : "given"}
        choices={[
          { value: "balanced", label: t("field.weights.balanced") },
          { value: "given", label: t("field.weights.asGiven") },
        ]}
        onChange={choose}
      />
      {weights === "balanced" ? null : <GivenWeights weights={weights} />}
    </>
  );
}

/** Choice of the loss and of its reduction. */
export function LossFields({ draft }: { readonly draft: Experiment }) {
  const session = useSession();
  const { loss, reduction } = draft.training;
  const suitable = suitableLosses(draft.task);
  const usual = suitable.includes("mae") ? "squared" : "crossEntropy";
  return (
    <>
      <SelectField
        label={t("field.loss")}
        value={loss.name}
        choices={suitable.map((value) => ({
          value,
          label: t(value === "fitting" ? `field.loss.${usual}` : `field.loss.${value}`),
        }))}
        onChange={(name) => session.editValue("training.loss", USUAL_LOSSES[name])}
      />
      {loss.name === "weighted" ? <ClassWeightFields weights={loss.weights} /> : null}
      <ExperimentNumber field="positiveWeight" />
      <ExperimentNumber field="delta" />
      <ExperimentNumber field="smoothing" />
      <SegmentedControl
        label={t("field.reduction")}
        value={reduction}
        choices={REDUCTIONS.map((value) => ({ value, label: t(`field.reduction.${value}`) }))}
        help={t("field.reduction.help")}
        onChange={(value) => session.editValue("training.reduction", value)}
      />
    </>
  );
}
