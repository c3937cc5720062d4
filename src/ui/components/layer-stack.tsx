/** The stack of layers: the first reads the input, each next one reads the states of the one before. */
import type { Experiment } from "../../core/experiment.ts";
import { LAYER_COUNT } from "../../core/fields.ts";
import {
  DENSE_ACTIVATIONS,
  isRecurrent,
  LAYER_KINDS,
  type LayerChoice,
  type LayerOf,
} from "../../core/layer-choice.ts";
import { readsSymbols } from "../../core/task-rules.ts";
import { useSession } from "../app-context.ts";
import { t } from "../i18n/translate.ts";
import { Button } from "./button.tsx";
import { ExperimentNumber } from "./experiment-number.tsx";
import styles from "./experiment-panel.module.css";
import { SegmentedControl, SelectField } from "./fields.tsx";
import { AddIcon, RemoveIcon } from "./icons.tsx";
import { LayerStart } from "./initialisation.tsx";
import { LayerMore } from "./layer-more.tsx";

const RESETS: readonly LayerOf<"gru">["reset"][] = ["before", "after"];
const ACTIVATIONS: readonly LayerOf<"gru">["activation"][] = ["tanh", "relu"];

interface DraftProps {
  readonly draft: Experiment;
}

/** True for the one layer that remembers: without it, the others would be no recurrent model. */
function onlyMemory({ layers }: Experiment["model"], layer: LayerChoice): boolean {
  return isRecurrent(layer) && layers.filter(isRecurrent).length === 1;
}

function Layer({ draft, index }: DraftProps & { readonly index: number }) {
  const session = useSession();
  const { model, task } = draft;
  const layer = model.layers[index];
  if (!layer) return null;
  const only = onlyMemory(model, layer);
  // A dense layer reads numbers; bare symbols enter a recurrent one.
  const needsMemory = only || (index === 0 && readsSymbols(task) && !model.embedding);
  const edit = (part: string, value: string) => session.editValue(`model.layers.${index}.${part}`, value);
  return (
    <li className={styles.layer}>
      <div className={styles.layerHead}>
        <h4>
          {t("experiment.layer", { layer: index + 1 })} · {t(`field.cell.${layer.cell}`)}
        </h4>
        {only ? null : (
          <Button
            weight="quiet"
            aria-label={t("experiment.removeLayer", { layer: index + 1 })}
            onClick={() => session.removeLayer(index)}
          >
            <RemoveIcon />
          </Button>
        )}
      </div>
      <SelectField
        label={t("field.cell")}
        value={layer.cell}
        choices={LAYER_KINDS.map((value) => ({
          ...{ value, label: t(`field.cell.${value}`) },
          disabled: value === "dense" && needsMemory,
        }))}
        help={t(`field.cell.${layer.cell}.help`)}
        onChange={(cell) => session.chooseCell(index, cell)}
      />
      <ExperimentNumber field="units" layer={index} />
      {"reset" in layer ? (
        <SegmentedControl
          label={t("field.reset")}
          value={layer.reset}
          choices={RESETS.map((value) => ({ value, label: t(`field.reset.${value}`) }))}
          note={t("field.acts.next-run")}
          help={t("field.reset.help")}
          onChange={(value) => edit("reset", value)}
        />
      ) : null}
      {layer.cell === "dense" ? (
        <SelectField
          label={t("field.activation")}
          value={layer.activation}
          choices={DENSE_ACTIVATIONS.map((value) => ({ value, label: t(`field.activation.${value}`) }))}
          onChange={(value) => edit("activation", value)}
        />
      ) : null}
      {isRecurrent(layer) && "activation" in layer ? (
        <SegmentedControl
          label={t("field.activation")}
          value={layer.activation}
          choices={ACTIVATIONS.map((value) => ({ value, label: t(`field.activation.${value}`) }))}
          note={t("field.acts.next-run")}
          help={t("field.activation.help")}
          onChange={(value) => edit("activation", value)}
        />
      ) : null}
      <LayerStart layer={layer} model={model} />
      <LayerMore draft={draft} index={index} />
    </li>
  );
}

/** Every layer of the draft, first layer first. */
export function LayerStack({ draft }: DraftProps) {
  const session = useSession();
  const { layers } = draft.model;
  return (
    <>
      <ol className={styles.layers}>
        {layers.map((_, index) => (
          // A layer has no identity but its place in the stack.
          // biome-ignore lint/suspicious/noArrayIndexKey: see above
          <Layer key={index} draft={draft} index={index} />
        ))}
      </ol>
      {layers.length < LAYER_COUNT.maximum ? (
        <div>
          <Button onClick={session.addLayer}>
            <AddIcon />
            {t("experiment.addLayer")}
          </Button>
        </div>
      ) : null}
    </>
  );
}
