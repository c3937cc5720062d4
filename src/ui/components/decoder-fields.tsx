/** The decoder behind the layers, in tasks that turn one sequence into another; other tasks have none. */
import { type AttentionChoice, USUAL_ATTENTION } from "../../core/attention-choice.ts";
import { type DecoderChoice, USUAL_SAMPLING } from "../../core/decoder-choice.ts";
import type { Experiment } from "../../core/experiment.ts";
import { CELL_NAMES, type CellName } from "../../core/layer-choice.ts";
import { useSession } from "../app-context.ts";
import { t } from "../i18n/translate.ts";
import { ExperimentNumber } from "./experiment-number.tsx";
import styles from "./experiment-panel.module.css";
import { CheckField, SegmentedControl, SelectField } from "./fields.tsx";

const KINDS: readonly DecoderChoice["context"]["kind"][] = ["plain", "bahdanau", "luong"];
const SCORES: readonly AttentionChoice["score"][] = ["additive", "dot", "dot-projected"];
const OWN: readonly NonNullable<DecoderChoice["sampling"]>["own"][] = ["likeliest", "drawn"];

/** A cell at its usual settings. */
function usualCell(cell: CellName): DecoderChoice["cell"] {
  switch (cell) {
    case "gru":
      return { cell, reset: "after", activation: "tanh" };
    case "rnn":
      return { cell, activation: "tanh" };
    default:
      return { cell };
  }
}

/** Cell, attention and scheduled sampling. */
export function DecoderFields({ model }: Pick<Experiment, "model">) {
  const session = useSession();
  const { decoder } = model;
  if (!decoder) return null;
  const { cell, context, sampling } = decoder;
  const edit = (part: "cell" | "context" | "sampling", value: unknown) =>
    session.editValue(`model.decoder.${part}`, value);
  const attention = context.kind === "plain" ? USUAL_ATTENTION.additive : context.attention;
  const note = t("field.acts.next-run");
  return (
    <div className={styles.layer}>
      <div className={styles.layerHead}>
        <h4>{t("experiment.decoder")}</h4>
      </div>
      <SelectField
        label={t("field.decoder.cell")}
        value={cell.cell}
        choices={CELL_NAMES.map((value) => ({ value, label: t(`field.cell.${value}`) }))}
        help={t("field.decoder.cell.help")}
        onChange={(value) => edit("cell", usualCell(value))}
      />
      <SegmentedControl
        label={t("field.decoder.context")}
        value={context.kind}
        choices={KINDS.map((value) => ({ value, label: t(`field.decoder.context.${value}`) }))}
        note={note}
        help={t("field.decoder.context.help")}
        onChange={(kind) => edit("context", kind === "plain" ? { kind } : { kind, attention })}
      />
      {context.kind === "plain" ? null : (
        <SelectField
          label={t("field.decoder.score")}
          value={attention.score}
          choices={SCORES.map((value) => ({ value, label: t(`field.decoder.score.${value}`) }))}
          help={t("field.decoder.score.help")}
          onChange={(score) => edit("context", { ...context, attention: USUAL_ATTENTION[score] })}
        />
      )}
      <ExperimentNumber field="attentionWidth" />
      <ExperimentNumber field="attentionValueWidth" />
      <CheckField
        label={t("field.decoder.sampling")}
        checked={sampling !== null}
        onChange={(on) => edit("sampling", on ? USUAL_SAMPLING : null)}
      />
      <ExperimentNumber field="givenShare" />
      {sampling ? (
        <SegmentedControl
          label={t("field.decoder.own")}
          value={sampling.own}
          choices={OWN.map((value) => ({ value, label: t(`field.decoder.own.${value}`) }))}
          note={note}
          help={t("field.decoder.own.help")}
          onChange={(own) => edit("sampling", { ...sampling, own })}
        />
      ) : null}
    </div>
  );
}
