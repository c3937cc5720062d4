/**
 * What a layer may say besides its cell, folded away: how it reads, where it starts, and what is done to what it hands on.
 * A value that a document without the field means is written by leaving the field out, so that links stay short.
 */
import type { Experiment } from "../../core/experiment.ts";
import type { FieldName } from "../../core/fields.ts";
import { isRecurrent, type RecurrentLayer } from "../../core/layer-choice.ts";
import { mayLookAhead } from "../../core/task-rules.ts";
import { useSession } from "../app-context.ts";
import { t } from "../i18n/translate.ts";
import { ExperimentNumber } from "./experiment-number.tsx";
import styles from "./experiment-panel.module.css";
import { SegmentedControl } from "./fields.tsx";
import { LayerMemory } from "./initialisation.tsx";

type Edit = (part: string, value: unknown) => void;

const NOTE = () => t("field.acts.next-run");

interface ReadingProps {
  readonly layer: RecurrentLayer;
  readonly draft: Experiment;
  readonly edit: Edit;
}

/** How a recurrent layer reads and starts. */
function Reading({ layer, draft, edit }: ReadingProps) {
  const free = mayLookAhead(draft.task, draft.model.head);
  return (
    <>
      <SegmentedControl
        label={t("field.direction")}
        value={layer.direction ?? "forward"}
        choices={(["forward", "both"] as const).map((value) => ({
          ...{ value, label: t(`field.direction.${value}`) },
          disabled: value === "both" && !free,
        }))}
        note={NOTE()}
        help={free ? t("field.direction.help") : t("field.direction.forwardOnly")}
        onChange={(value) => edit("direction", value === "both" ? value : undefined)}
      />
      <SegmentedControl
        label={t("field.initialState")}
        value={layer.initialState ?? "zero"}
        choices={(["zero", "learned"] as const).map((value) => ({ value, label: t(`field.initialState.${value}`) }))}
        note={NOTE()}
        help={t("field.initialState.help")}
        onChange={(value) => edit("initialState", value === "learned" ? value : undefined)}
      />
    </>
  );
}

/** `index` counts from 0. */
export interface LayerMoreProps {
  readonly draft: Experiment;
  readonly index: number;
}

/** Everything of a layer that few experiments change. */
export function LayerMore({ draft, index }: LayerMoreProps) {
  const session = useSession();
  const { model } = draft;
  const layer = model.layers[index];
  if (!layer) return null;
  const edit: Edit = (part, value) => session.editValue(`model.layers.${index}.${part}`, value);
  const share = (field: FieldName) => <ExperimentNumber field={field} layer={index} />;
  return (
    <details className={styles.more}>
      <summary>{t("experiment.moreLayer", { layer: index + 1 })}</summary>
      <div className={styles.fields}>
        {isRecurrent(layer) ? <Reading layer={layer} draft={draft} edit={edit} /> : null}
        {isRecurrent(layer) ? share("recurrentDropout") : null}
        <SegmentedControl
          label={t("field.norm")}
          value={layer.norm ?? "none"}
          choices={(["none", "layer"] as const).map((value) => ({ value, label: t(`field.norm.${value}`) }))}
          note={NOTE()}
          help={t("field.norm.help")}
          onChange={(value) => edit("norm", value === "layer" ? value : undefined)}
        />
        {share("dropout")}
        <LayerMemory model={model} index={index} />
      </div>
    </details>
  );
}
