/** Magnitude pruning as a compression experiment: off, once, or little by little, with the numbers that this way has. */
import { lastPruning, type PruningChoice, USUAL_PRUNINGS } from "../../core/pruning-choice.ts";
import { useSession } from "../app-context.ts";
import { t } from "../i18n/translate.ts";
import controls from "../styles/controls.module.css";
import { ExperimentNumber } from "./experiment-number.tsx";
import { SegmentedControl } from "./fields.tsx";

const WAYS = ["off", "once", "cubic"] as const;

/** Choice of the way and its numbers. */
export function PruningFields({ pruning }: { readonly pruning: PruningChoice }) {
  const session = useSession();
  return (
    <>
      <SegmentedControl
        label={t("field.pruning")}
        value={pruning?.name ?? "off"}
        choices={WAYS.map((value) => ({ value, label: t(`field.pruning.${value}`) }))}
        help={t("field.pruning.help")}
        onChange={(way) => session.editValue("training.pruning", way === "off" ? null : USUAL_PRUNINGS[way])}
      />
      <ExperimentNumber field="pruneShare" />
      <ExperimentNumber field="pruneStep" />
      <ExperimentNumber field="pruneFrom" />
      <ExperimentNumber field="pruneEvery" />
      <ExperimentNumber field="pruneTimes" />
      {pruning?.name === "cubic" ? (
        <p className={controls.help}>{t("experiment.lastPruning", { step: lastPruning(pruning) })}</p>
      ) : null}
    </>
  );
}
