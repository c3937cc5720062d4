/** How weights start: the choice for all layers, and what comes of it in each. */
import type { Experiment } from "../../core/experiment.ts";
import { FIELD_RANGES } from "../../core/fields.ts";
import { INPUT_DRAWS, RECURRENT_DRAWS, USUAL_INITIALISATION } from "../../core/initialisation-choice.ts";
import { hasMemoryGate, initialMemoryOf, isRecurrent, type LayerChoice } from "../../core/layer-choice.ts";
import { useSession } from "../app-context.ts";
import { t } from "../i18n/translate.ts";
import controls from "../styles/controls.module.css";
import { ExperimentNumber } from "./experiment-number.tsx";
import { CheckField, SelectField } from "./fields.tsx";

/** Input and recurrent weights of every layer. */
export function InitialisationFields({ model }: Pick<Experiment, "model">) {
  const session = useSession();
  const { input, recurrent } = model.initialisation ?? USUAL_INITIALISATION;
  return (
    <>
      <SelectField
        label={t("field.initialisation.input")}
        value={input}
        choices={INPUT_DRAWS.map((value) => ({ value, label: t(`field.initialisation.${value}`) }))}
        help={t("field.initialisation.input.help")}
        onChange={(value) => session.chooseInitialisation({ input: value })}
      />
      <SelectField
        label={t("field.initialisation.recurrent")}
        value={recurrent}
        choices={RECURRENT_DRAWS.map((value) => ({ value, label: t(`field.initialisation.${value}`) }))}
        help={t("field.initialisation.recurrent.help")}
        onChange={(value) => session.chooseInitialisation({ recurrent: value })}
      />
    </>
  );
}

/** The start of the gate that decides what is remembered, where it is not 0 like all other biases. */
function biasesOf(layer: LayerChoice, model: Experiment["model"]): string {
  const memory = hasMemoryGate(layer) ? initialMemoryOf(layer, model) : 0;
  if (memory === 0) return t("experiment.biases");
  return layer.cell === "lstm"
    ? t("experiment.biases.f", { value: memory })
    : t("experiment.biases.z", { value: -memory });
}

/** A layer's own initial memory, where there are others that it could differ from. */
export function LayerMemory({ model, index }: Pick<Experiment, "model"> & { readonly index: number }) {
  const session = useSession();
  const layer = model.layers[index];
  if (!layer || !hasMemoryGate(layer)) return null;
  const own = layer.initialMemory !== undefined;
  if (model.layers.length === 1 && !own) return null;
  const { path } = FIELD_RANGES.layerMemory;
  return (
    <div className={controls.field}>
      <CheckField
        label={t("experiment.ownMemory")}
        checked={own}
        onChange={(on) => session.editValue(path.replace("[]", `.${index}`), on ? model.initialMemory : undefined)}
      />
      <ExperimentNumber field="layerMemory" layer={index} />
    </div>
  );
}

/** One line: how a layer's weights and biases start. */
export function LayerStart({ layer, model }: { readonly layer: LayerChoice } & Pick<Experiment, "model">) {
  const { input, recurrent } = model.initialisation ?? USUAL_INITIALISATION;
  const values = { input: t(`field.initialisation.${input}`), biases: biasesOf(layer, model) };
  const said = isRecurrent(layer)
    ? t("experiment.layerStart", { ...values, recurrent: t(`field.initialisation.${recurrent}`) })
    : t("experiment.denseStart", values);
  return <p className={controls.help}>{said}</p>;
}
