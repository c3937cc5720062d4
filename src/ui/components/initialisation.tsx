/** How weights start: the choice for all layers, and what comes of it in each. */
import type { Experiment } from "../../core/experiment.ts";
import { INPUT_DRAWS, RECURRENT_DRAWS, USUAL_INITIALISATION } from "../../core/initialisation-choice.ts";
import type { LayerChoice } from "../../core/layer-choice.ts";
import { useSession } from "../app-context.ts";
import { t } from "../i18n/translate.ts";
import controls from "../styles/controls.module.css";
import { SelectField } from "./fields.tsx";

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
function memoryOf({ cell }: LayerChoice, { initialMemory }: Experiment["model"]): string {
  if (initialMemory === 0 || cell === "rnn") return t("experiment.biases");
  return cell === "lstm"
    ? t("experiment.biases.f", { value: initialMemory })
    : t("experiment.biases.z", { value: -initialMemory });
}

/** One line: how a layer's weights and biases start. */
export function LayerStart({ layer, model }: { readonly layer: LayerChoice } & Pick<Experiment, "model">) {
  const { input, recurrent } = model.initialisation ?? USUAL_INITIALISATION;
  const values = {
    input: t(`field.initialisation.${input}`),
    recurrent: t(`field.initialisation.${recurrent}`),
    biases: memoryOf(layer, model),
  };
  return <p className={controls.help}>{t("experiment.layerStart", values)}</p>;
}
