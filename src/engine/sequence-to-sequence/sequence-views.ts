/**
 * The small passes of a decoder over the training parameters: `probe` reads one source and decodes it by itself with all
 * its gates and weights kept; `encode` and `generate` read a source once and then take one step at a time, for several
 * rows side by side, so that a search on the host can choose among them.
 */
import type { OperationCall, TensorBinding } from "../../core/program.ts";
import { activationCall } from "../activations.ts";
import type { Model } from "../model.ts";
import type { ProgramDraft } from "../program-draft.ts";
import type { Pass } from "../stages/stage.ts";
import { TENSOR } from "../tensor-names.ts";
import { playDecoder, readDecoder } from "./decoder.ts";
import type { DecoderSettings } from "./decoder-settings.ts";
import {
  declareEncoderDecoder,
  type EncoderDecoder,
  encode,
  enterSymbols,
  forwardFeeding,
  GREEDY,
} from "./encoder-decoder.ts";

/** Views raise this bit in a word of their own that nobody acts on. */
const VIEW_FLAG = 1;

/** Rows that a search may follow at once. */
export const BEAM_ROWS = 8;

/** What the passes are built from. */
export interface SequenceViewSpec {
  readonly model: Model;
  readonly settings: DecoderSettings;
  readonly flags: TensorBinding;
  /** Decoder steps. */
  readonly T: number;
}

/** Names of the tensors that are written before a play, and of what comes out. */
export const SEQUENCE_VIEW = {
  source: (prefix: Pass["prefix"]) => `${prefix}input`,
  ids: (prefix: Pass["prefix"]) => `${prefix}decoder.ids`,
  outputs: (prefix: Pass["prefix"]) => `${prefix}outputs`,
} as const;

function declarePass(
  draft: ProgramDraft,
  { model, settings, flags }: SequenceViewSpec,
  { prefix, B, T }: { readonly prefix: Pass["prefix"]; readonly B: number; readonly T: number },
) {
  const S = settings.sourceSteps;
  const source = draft.declare(SEQUENCE_VIEW.source(prefix), "u32", [S, B], "batch");
  const ids = draft.declare(SEQUENCE_VIEW.ids(prefix), "u32", [T, B], "batch");
  const present = draft.declare(TENSOR.mask(prefix), "f32", [S, B], "batch");
  const pass: Pass = { prefix, T: S, B, flags, gradients: false, stateUpstream: 0, present };
  const parts = declareEncoderDecoder(draft, { model, settings, pass, T, source, ids, stepwise: true });
  return { ids, parts };
}

/** Probabilities of all steps. */
function showOutputs(draft: ProgramDraft, { decoder }: EncoderDecoder, prefix: Pass["prefix"]): OperationCall {
  const { logits, spec, place } = decoder;
  const { outputs: V } = spec.shape;
  const N = place.T * place.B;
  const y = draft.declare(SEQUENCE_VIEW.outputs(prefix), "f32", [N, V], "activation");
  return activationCall("softmax", {
    label: place.label,
    N,
    C: V,
    a: logits,
    y,
    flags: place.flags,
    flagBit: VIEW_FLAG,
  });
}

/** `probe`: write source and mask [S, 1] and the opening symbol into `ids` [T, 1]. */
export function buildSequenceProbe(draft: ProgramDraft, view: SequenceViewSpec): readonly OperationCall[] {
  const { ids, parts } = declarePass(draft, view, { prefix: "probe.", B: 1, T: view.T });
  return [...forwardFeeding(parts, ids, { ...GREEDY, dropping: false }), showOutputs(draft, parts, "probe.")];
}

/**
 * `encode`: write source and mask [S, BEAM_ROWS]; sets row 0 of the decoder's states. `generate`: write the symbols that
 * enter into `ids` [1, BEAM_ROWS]; reads row 0 of the states, writes row 1 and the probabilities of what comes next.
 */
export function buildSequenceSteps(draft: ProgramDraft, view: SequenceViewSpec) {
  const { ids, parts } = declarePass(draft, view, { prefix: "generate.", B: BEAM_ROWS, T: 1 });
  const step = { first: 0, count: 1 };
  const { decoder } = parts;
  return {
    encode: encode(parts, false),
    generate: [
      enterSymbols(decoder, ids, 0),
      ...playDecoder(decoder, step),
      ...readDecoder(decoder, step),
      showOutputs(draft, parts, "generate."),
    ],
  };
}
