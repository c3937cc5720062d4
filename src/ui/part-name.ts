/** How the page calls a part of the model: by the number of its layer, and by its direction where the layer has two. */
import type { LayerSummary } from "../worker/summaries.ts";
import { t } from "./i18n/translate.ts";

type NamedPart = Pick<LayerSummary, "layer" | "direction" | "role">;

/** `Layer 1`, `Layer 1 backward`, `Decoder`: what stands for {part} in the sentences of the views. */
export function partTitle(part: NamedPart | undefined, index: number): string {
  return part?.role ? t(`gates.part.${part.role}`) : t("common.layer", { layer: partName(part, index) });
}

/** `1`, `1 backward`, `decoder`: what a table calls it. */
export function partName(part: NamedPart | undefined, index: number): string {
  if (part?.role) return part.role;
  if (!part || part.direction === null) return `${(part?.layer ?? index) + 1}`;
  return t(`gates.part.${part.direction}`, { layer: part.layer + 1 });
}
