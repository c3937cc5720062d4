/** What a spec says of a decoder; the experiment chooses it, the encoder's outputs fix its width. */
import type { RecurrentLayer } from "../../core/layer-choice.ts";
import type { DecoderForm } from "./decoder-form.ts";

/** See the file's header. */
export interface DecoderSettings {
  /** Its units are the width of the encoder's outputs, because it begins with the encoder's final state. */
  readonly layer: RecurrentLayer;
  readonly form: DecoderForm;
  /** Leading rows of every window that are the source; the others are the decoder's. */
  readonly sourceSteps: number;
  /** Symbol that opens and closes what the decoder says. */
  readonly boundary: number;
  /** Scheduled sampling while training; null gives every symbol. */
  readonly sampling: { readonly ratio: number; readonly draw: 0 | 1 } | null;
}
