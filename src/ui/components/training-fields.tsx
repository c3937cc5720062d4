/** How the network learns: what matters most in sight, the optimizer's own numbers under "More settings". */
import type { Experiment, OptimizerChoice } from "../../core/experiment.ts";
import { fixedHead, fixedLength } from "../../core/task-rules.ts";
import { useSession } from "../app-context.ts";
import { wantsInitialMemory } from "../edit-experiment.ts";
import { t } from "../i18n/translate.ts";
import controls from "../styles/controls.module.css";
import { Button } from "./button.tsx";
import { ExperimentNumber } from "./experiment-number.tsx";
import styles from "./experiment-panel.module.css";
import { CheckField, SegmentedControl } from "./fields.tsx";

const HEADS: readonly Experiment["model"]["head"][] = ["every", "last"];
const OPTIMIZERS: readonly OptimizerChoice["name"][] = ["adam", "sgd"];

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
          onChange={(value) => session.editValue("model.head", value)}
        />
      ) : null}
      <ExperimentNumber field="initialMemory" />
    </>
  );
}

function Clipping({ on }: { readonly on: boolean }) {
  const session = useSession();
  return (
    <div className={controls.field}>
      <CheckField label={t("experiment.clip")} checked={on} onChange={session.setClipping} />
      <ExperimentNumber field="clipNorm" />
    </div>
  );
}

/** Learning rate to seed. */
export function TrainingFields({ draft }: DraftProps) {
  const session = useSession();
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
          <Clipping on={draft.training.clipNorm !== null} />
          <SegmentedControl
            label={t("field.optimizer")}
            value={draft.training.optimizer.name}
            choices={OPTIMIZERS.map((value) => ({ value, label: t(`field.optimizer.${value}`) }))}
            note={t("field.acts.next-run")}
            onChange={session.chooseOptimizer}
          />
          <ExperimentNumber field="beta1" />
          <ExperimentNumber field="beta2" />
          <ExperimentNumber field="epsilon" />
          <ExperimentNumber field="momentum" />
          <ExperimentNumber field="evaluateEvery" />
        </div>
      </details>
    </>
  );
}
