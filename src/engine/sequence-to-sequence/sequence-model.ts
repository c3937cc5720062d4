/** The parameter table of an encoder with a decoder behind it. */
import { createModel, type Model, type ModelShape, outputWidth } from "../model.ts";
import { appendDecoder, type DecoderShape } from "./decoder-form.ts";
import type { DecoderSettings } from "./decoder-settings.ts";

/** What of the settings decides parameters. */
type SettingsOfModel = Pick<DecoderSettings, "layer" | "form">;

/** The decoder's shape beside its encoder: both read the same symbols. Throws where its units do not fit the encoder. */
export function decoderShape({ layers, inputWidth, outputs }: ModelShape, settings: SettingsOfModel): DecoderShape {
  const { layer, form } = settings;
  const top = layers.at(-1);
  const sourceWidth = top ? outputWidth(top) : 0;
  if (layer.units !== sourceWidth) throw new Error(`a decoder of ${layer.units} units behind ${sourceWidth} outputs`);
  return { layer, form, inputWidth, sourceWidth, outputs };
}

/** Encoder first, then cell, attention, combination and head of the decoder. */
export function createSequenceModel(shape: ModelShape, settings: SettingsOfModel): Model {
  const encoder = createModel({ ...shape, outputs: 0 });
  return { ...appendDecoder(encoder, decoderShape(shape, settings)), shape };
}
