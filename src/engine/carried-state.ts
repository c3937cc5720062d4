/**
 * Truncated BPTT with carried state: row b of a batch goes on where row b of the batch before it ended, and no gradient
 * crosses the border. What is carried lies in one tensor of its own, because evaluations play over the layers' states;
 * it changes with the optimizer's step alone, so it is as much part of a run's state as its parameters.
 */
import { alignSegment, elementCount } from "../core/dims.ts";
import type { Experiment } from "../core/experiment.ts";
import { isRecurrent, type LayerChoice } from "../core/layer-choice.ts";
import type { OperationCall, TensorBinding } from "../core/program.ts";
import { keepState } from "../operations/keep-state.ts";
import { resumeState } from "../operations/resume-state.ts";
import { findCell } from "./cells/find-cell.ts";
import { requireSegment } from "./cells/segments.ts";

import { callOperation, type ProgramDraft } from "./program-draft.ts";
import { refuseFullBatch } from "./scheduler.ts";
import type { LayerDirection } from "./stages/recurrent-stage.ts";

/** The tensor of all carried states. */
export const CARRIED = "carried";

/** One state of one layer inside `carried`. `offset` counts elements. */
export interface CarriedSegment {
  /** `layers.0.h`, `layers.0.c`: the name in files. */
  readonly name: string;
  readonly layer: number;
  readonly state: string;
  readonly shape: readonly [B: number, H: number];
  readonly offset: number;
}

/** Segments of `carried` for batches of B rows, and its length in elements. */
export interface CarriedLayout {
  readonly segments: readonly CarriedSegment[];
  readonly length: number;
}

/** Lays the states out: for each layer h, then the cell's extra states. */
function layOutCarried(layers: readonly LayerChoice[], B: number): CarriedLayout {
  const segments: CarriedSegment[] = [];
  let offset = 0;
  layers.forEach((choice, layer) => {
    if (!isRecurrent(choice)) return;
    for (const state of ["h", ...findCell(choice).extraStates]) {
      const H = choice.units;
      segments.push({ name: `layers.${layer}.${state}`, layer, state, shape: [B, H], offset });
      offset += alignSegment(B * H);
    }
  });
  return { segments, length: offset };
}

/** What a run of this experiment carries: nothing where every window starts fresh. Throws `InputError` for a full batch. */
export function carriedOf({ model, training }: Experiment): CarriedLayout {
  if (training.state === "fresh") return { segments: [], length: 0 };
  return layOutCarried(model.layers, training.batch === "all" ? refuseFullBatch() : training.batch);
}

/** A state of a layer in the training pass, and where it starts and ends. */
export interface CarriedPlace {
  readonly segment: CarriedSegment;
  readonly label: string;
  /** Its segment of the tensor that carries it. */
  readonly kept: TensorBinding; // [B, H]
  /** Row 0 is the state before the first step. */
  readonly start: TensorBinding; // [rows, B, H]
  readonly end: { readonly tensor: TensorBinding; readonly row: number };
}

/**
 * Declares `carried`, or another tensor of that layout, for a pass of T steps, whose layers start in row 0 of their states
 * and end in row T.
 */
export function declareCarried(
  draft: ProgramDraft,
  layers: readonly LayerChoice[],
  directions: readonly LayerDirection[],
  carried = CARRIED,
): readonly CarriedPlace[] {
  const { segments, length } = layOutCarried(layers, directions[0]?.place.B ?? 0);
  draft.declare(carried, "f32", [length], "activation");
  return segments.map((segment) => {
    const place = directions.find(({ layer }) => layer === segment.layer)?.place;
    if (!place) throw new Error(`no layer ${segment.layer + 1} in the pass`);
    const tensor = segment.state === "h" ? place.h : requireSegment(place.states, segment.state);
    const kept = { tensor: carried, offset: segment.offset, length: elementCount(segment.shape) };
    return { segment, label: place.label, kept, start: tensor, end: { tensor, row: place.T } };
  });
}

/** The calls before the first step; run-time scalar `resume`. */
export function resumeCalls(places: readonly CarriedPlace[]): readonly OperationCall[] {
  return places.map(({ segment, label, kept, start }) =>
    callOperation(resumeState, label, { N: elementCount(segment.shape) }, { kept, h: start }),
  );
}

/** The calls behind the optimizer. */
export function keepCalls(places: readonly CarriedPlace[], flags: TensorBinding): readonly OperationCall[] {
  return places.map(({ segment, label, kept, end }) => {
    const N = elementCount(segment.shape);
    return callOperation(keepState, label, { N, hOffset: end.row * N }, { h: end.tensor, flags, kept });
  });
}
