/** How the network learns: what matters most in sight, the optimizer's own numbers under "More settings". */
import { USUAL_EARLY_STOPPING } from "../../core/early-stopping-choice.ts";
import type { Experiment } from "../../core/experiment.ts";
import { FIELD_RANGES } from "../../core/fields.ts";
import type { OptimizerChoice } from "../../core/optimizer-choice.ts";
import { fixedHead, fixedLength, readsSymbols } from "../../core/task-rules.ts";
import { useSession } from "../app-context.ts";
import { hasInitialMemory, wantsInitialMemory } from "../edit-experiment.ts";
import { t } from "../i18n/translate.ts";
import controls from "../styles/controls.module.css";
import { Button } from "./button.tsx";
import { ExperimentNumber } from "./experiment-number.tsx";
import styles from "./experiment-panel.module.css";
import { CheckField, SegmentedControl } from "./fields.tsx";
import { InitialisationFields } from "./initialisation.tsx";
import { LossFields } from "./loss-fields.tsx";
import { PruningFields } from "./pruning-fields.tsx";
import { ScheduleFields } from "./schedule-fields.tsx";
import { WindowFields } from "./window-fields.tsx";

const HEADS: readonly Experiment["model"]["head"][] = ["every", "last"];
const OPTIMIZERS: readonly OptimizerChoice["name"][] = ["adam", "adamw", "rmsprop", "sgd"];

interface DraftProps {
  readonly draft: Experiment;
}

/** Lag and symbols of the recall task; other tasks have no numbers of their own. */
export function TaskFields({ draft }: DraftProps) {
  const session = useSession();
  return (
    <>
      <ExperimentNumber field="lag" />
      {wantsInitialMemory(draft) ? (
        <div className={styles.offer} role="status">
          <p>{t("experiment.offerMemory")}</p>
          <Button onClick={() => session.editNumber({ field: "initialMemory", layer: null }, "1")}>
            {t("experiment.setMemory")}
          </Button>
        </div>
      ) : null}
      <ExperimentNumber field="symbols" />
    </>
  );
}

/** How symbols enter the first layer. */
function EmbeddingFields({ model }: Pick<Experiment, "model">) {
  const session = useSession();
  const choose = (way: "oneHot" | "table") =>
    session.editValue("model.embedding", way === "table" ? { width: FIELD_RANGES.embeddingWidth.default } : undefined);
  return (
    <>
      <SegmentedControl
        label={t("field.embedding")}
        value={model.embedding ? "table" : "oneHot"}
        choices={(["oneHot", "table"] as const).map((value) => ({ value, label: t(`field.embedding.${value}`) }))}
        note={t("field.acts.next-run")}
        help={t("field.embedding.help")}
        onChange={choose}
      />
      <ExperimentNumber field="embeddingWidth" />
    </>
  );
}

/** What of the model is not a layer's. */
export function ModelFields({ draft }: DraftProps) {
  const session = useSession();
  return (
    <>
      {fixedHead(draft.task) === null ? (
        <SegmentedControl
          label={t("field.head")}
          value={draft.model.head}
          choices={HEADS.map((value) => ({ value, label: t(`field.head.${value}`) }))}
          note={t("field.acts.next-run")}
          help={t("field.head.help")}
          onChange={session.chooseHead}
        />
      ) : null}
      {hasInitialMemory(draft) ? <ExperimentNumber field="initialMemory" /> : null}
      <details className={styles.more}>
        <summary>{t("experiment.moreModel")}</summary>
        <div className={styles.fields}>
          {readsSymbols(draft.task) ? <EmbeddingFields model={draft.model} /> : null}
          <InitialisationFields model={draft.model} />
        </div>
      </details>
    </>
  );
}

function Clipping({ draft }: DraftProps) {
  const session = useSession();
  const { clipNorm, clipValue } = draft.training;
  const { path, default: limit } = FIELD_RANGES.clipValue;
  return (
    <div className={controls.field}>
      <CheckField label={t("experiment.clip")} checked={clipNorm !== null} onChange={session.setClipping} />
      <ExperimentNumber field="clipNorm" />
      <CheckField
        label={t("experiment.clipValue")}
        checked={clipValue !== null}
        onChange={(on) => session.editValue(path, on ? limit : null)}
      />
      <ExperimentNumber field="clipValue" />
    </div>
  );
}

/** The switch that an optimizer has of its own, and how it stands. */
function switchOf(optimizer: OptimizerChoice) {
  switch (optimizer.name) {
    case "adam":
    case "adamw":
      return { name: "amsgrad", on: optimizer.amsgrad } as const;
    case "rmsprop":
      return { name: "centered", on: optimizer.centered } as const;
    case "sgd":
      return { name: "nesterov", on: optimizer.nesterov } as const;
    default:
      return optimizer satisfies never;
  }
}

/** The optimizer with those of its numbers that it has. */
function OptimizerFields({ optimizer }: { readonly optimizer: OptimizerChoice }) {
  const session = useSession();
  const { name, on } = switchOf(optimizer);
  return (
    <>
      <SegmentedControl
        label={t("field.optimizer")}
        value={optimizer.name}
        choices={OPTIMIZERS.map((value) => ({ value, label: t(`field.optimizer.${value}`) }))}
        note={t("field.acts.next-run")}
        onChange={session.chooseOptimizer}
      />
      <ExperimentNumber field="alpha" />
      <ExperimentNumber field="beta1" />
      <ExperimentNumber field="beta2" />
      <ExperimentNumber field="epsilon" />
      <ExperimentNumber field="momentum" />
      <CheckField
        label={t(`field.${name}`)}
        checked={on}
        onChange={(checked) => session.editValue(`training.optimizer.${name}`, checked)}
      />
      <ExperimentNumber field="weightDecay" />
      <ExperimentNumber field="l1" />
    </>
  );
}

/** When the run stops by itself. */
function EarlyStopping({ draft }: DraftProps) {
  const session = useSession();
  return (
    <div className={controls.field}>
      <CheckField
        label={t("experiment.earlyStopping")}
        checked={draft.training.earlyStopping !== null}
        onChange={(on) => session.editValue("training.earlyStopping", on ? USUAL_EARLY_STOPPING : null)}
      />
      <ExperimentNumber field="stopPatience" />
      <ExperimentNumber field="minimumDelta" />
    </div>
  );
}

/** Learning rate to seed. */
export function TrainingFields({ draft }: DraftProps) {
  const dictated = fixedLength(draft.task);
  return (
    <>
      <ExperimentNumber field="learningRate" />
      <ExperimentNumber field="batch" />
      {dictated === null ? (
        <ExperimentNumber field="length" />
      ) : (
        <p className={controls.help}>{t("experiment.fixedLength", { count: dictated })}</p>
      )}
      <ExperimentNumber field="seed" />
      <details className={styles.more}>
        <summary>{t("experiment.more")}</summary>
        <div className={styles.fields}>
          <LossFields draft={draft} />
          <Clipping draft={draft} />
          <OptimizerFields optimizer={draft.training.optimizer} />
          <ScheduleFields schedule={draft.training.schedule} />
          <WindowFields draft={draft} />
          <ExperimentNumber field="evaluateEvery" />
          <EarlyStopping draft={draft} />
          <PruningFields pruning={draft.training.pruning} />
        </div>
      </details>
    </>
  );
}
