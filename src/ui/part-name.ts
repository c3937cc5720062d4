/** How the page calls a part of the model: by the number of its layer, and by its direction where the layer has two. */
import type { LayerSummary } from "../worker/protocol.ts";
import { t } from "./i18n/translate.ts";

/** `1`, or `1 backward`: what stands for {layer} in the sentences of the views. */
export function partName(part: Pick<LayerSummary, "layer" | "direction"> | undefined, index: number): string {
  if (!part || part.direction === null) return `${(part?.layer ?? index) + 1}`;
  return t(`gates.part.${part.direction}`, { layer: part.layer + 1 });
}
