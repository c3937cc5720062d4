/**
 * A recurrent layer as a stage: for each direction the input projection, the cell over the steps, and on the way back the
 * gradient of the input rows and of the weights. Row t+1 of a forward direction's states is the state after step t, row t
 * that of a backward direction; records, inputs and outputs are indexed by original time in both.
 */
import { type Direction, directionsOf, type RecurrentLayer } from "../../core/layer-choice.ts";
import type { OperationCall, TensorBinding, TensorRole } from "../../core/program.ts";
import { addRows } from "../../operations/add-rows.ts";
import { gatherBackward } from "../../operations/gather-backward.ts";
import { gatherForward } from "../../operations/gather-forward.ts";
import { inputGradient } from "../../operations/input-gradient.ts";
import { projectForward } from "../../operations/project-forward.ts";
import { weightGradient } from "../../operations/weight-gradient.ts";
import type { BackwardPlace, Cell, LayerPlace } from "../cells/cell.ts";
import { findCell } from "../cells/find-cell.ts";
import { requireSegment, type Segments } from "../cells/segments.ts";
import { bindSegments } from "../model.ts";
import { callOperation } from "../program-draft.ts";
import { layerName, TENSOR } from "../tensor-names.ts";
import { initialStateGradients } from "./initial-state.ts";
import {
  formedRole,
  type Rows,
  type RowsPlace,
  rowsOf,
  type Stage,
  type StageContext,
  type StageInput,
  type StepRange,
} from "./stage.ts";

/** What the way back through one layer writes besides the gradients of its parameters. */
export interface StateGradients {
  readonly dh: TensorBinding; // [T+1, B, H]
  /** Gradients of the extra states by name, each [T+1, B, H]. */
  readonly dStates: Segments;
  /** See `BackwardPlace`. */
  readonly droppedStates: TensorBinding | null;
}

/** A layer in one of its directions. */
export interface LayerDirection {
  readonly layer: number;
  readonly direction: Direction;
  readonly cell: Cell;
  readonly place: LayerPlace;
  /** Null in a pass without gradients. */
  readonly gradients: StateGradients | null;
}

/** What a recurrent stage is besides a stage. */
export interface RecurrentStage extends Stage {
  readonly directions: readonly LayerDirection[];
}

/** Which layer of the model, what it reads, and how much of it is read from above. */
export interface RecurrentLayerSpec {
  readonly layer: number;
  readonly choice: RecurrentLayer;
  readonly input: StageInput;
  /** True where only the final states are handed on. */
  readonly finalOnly: boolean;
}

function declareDirection(context: StageContext, spec: RecurrentLayerSpec, direction: Direction): LayerDirection {
  const { draft, model, pass, masked, mask, key } = context;
  const { T, B, prefix, flags } = pass;
  const { layer, choice } = spec;
  const cell = findCell(choice);
  const H = choice.units;
  const reading = direction === "backward" ? " backward" : "";
  const label = `${prefix === "" ? "" : `${prefix.slice(0, -1)} `}layer ${layer + 1}${reading}`;
  const declareRows = (name: string, role: TensorRole) => draft.declare(name, "f32", [T + 1, B, H], role);
  const h = declareRows(TENSOR.h(layer, prefix, direction), "activation");
  const states: Record<string, TensorBinding> = {};
  for (const name of cell.extraStates) {
    states[name] = declareRows(TENSOR.state(layer, name, prefix, direction), "activation");
  }
  const recordName = TENSOR.record(layer, prefix, direction);
  const record = draft.declare(recordName, "f32", [T, B, cell.recordSlots, H], formedRole(pass));
  // Views write to a word of their own that nobody acts on, so that looking never stops a run.
  const flagBit = prefix === "" ? draft.claimFlagBit({ name: `${choice.cell}-forward` }, label) : 1;
  const parameters = bindSegments(model, layerName(layer, direction), TENSOR.parameters);
  const reverse = direction === "backward" ? 1 : 0;
  const place: LayerPlace = {
    ...{ label, T, B, H, h, states, record, flags, flagBit, parameters, mask, key, reverse },
    ...{ masked, steps: { from: 1, to: T }, dropout: dropoutOf(context, spec, reverse) },
  };
  return { layer, direction, cell, place, gradients: pass.gradients ? declareGradients() : null };

  function declareGradients(): StateGradients {
    const dStates = Object.fromEntries(
      cell.extraStates.map((state) => [state, declareRows(TENSOR.dState(layer, state, direction), "transient")]),
    );
    const droppedName = TENSOR.droppedStates(layer, direction);
    const droppedStates = place.dropout.rate > 0 ? draft.declare(droppedName, "f32", [T, B, H], "transient") : null;
    return { dh: declareRows(TENSOR.dh(layer, direction), "transient"), dStates, droppedStates };
  }
}

/** Dropout of h' in training; no two directions of a model have the same site. */
function dropoutOf(
  { pass }: StageContext,
  { layer, choice }: RecurrentLayerSpec,
  reverse: 0 | 1,
): LayerPlace["dropout"] {
  return { rate: pass.gradients ? (choice.recurrentDropout ?? 0) : 0, site: 2 * layer + reverse };
}

/** A place that hands on all of h'. */
const withoutDropout = (place: LayerPlace): LayerPlace => ({ ...place, dropout: { ...place.dropout, rate: 0 } });

/** Steps in the order of play, counted from 1. */
function playedSteps({ direction }: LayerDirection, { first, count }: StepRange): LayerPlace["steps"] {
  return direction === "forward" ? { from: first + 1, to: first + count } : { from: first + count, to: first + 1 };
}

/** Rows of dh whose steps are these, in the order of play; the row of the initial state goes with the step beside it. */
function finishedRows({ direction, place }: LayerDirection, { first, count }: StepRange): BackwardPlace["rows"] {
  const end = first + count;
  return direction === "forward"
    ? { from: end, to: first === 0 ? 0 : first + 1 }
    : { from: first, to: end === place.T ? end : end - 1 };
}

/** A cell with its tensors, whoever plays it. */
export type PlayedCell = Pick<LayerDirection, "cell" | "place">;

/** x W + b into the record's first slots. */
export function project({ cell, place }: PlayedCell, input: StageInput, range: StepRange): OperationCall {
  const { B, H, record, label, parameters } = place;
  const W = requireSegment(parameters, "W");
  const b = requireSegment(parameters, "b");
  const outStride = cell.recordSlots * H;
  const extents = { N: range.count * B, D: input.width, C: cell.gates * H };
  const out = { outOffset: range.first * B * outStride, outStride };
  if (input.kind === "tokens") {
    if (range.count !== place.T) throw new Error(`${label} reads ids, which enter all at once`);
    const numbers = { ...extents, ...out, biased: 1 };
    return callOperation(gatherForward, label, numbers, { ids: input.ids, W, b, out: record });
  }
  const { tensor, offset, stride } = input;
  const numbers = { ...extents, ...out, xOffset: offset + range.first * B * stride, xStride: stride };
  return callOperation(projectForward, label, numbers, { x: tensor, W, b, out: record });
}

/** Puts the gradient of the input rows at `to`. */
function inputRowsGradient({ cell, place }: PlayedCell, to: RowsPlace, range: StepRange, D: number): OperationCall {
  const { B, H, record, label, parameters } = place;
  const daStride = cell.recordSlots * H;
  const numbers = {
    N: range.count * B,
    D,
    C: cell.gates * H,
    daOffset: range.first * B * daStride,
    daStride,
    dxOffset: to.offset + range.first * B * to.stride,
    dxStride: to.stride,
  };
  return callOperation(inputGradient, label, numbers, {
    da: record,
    W: requireSegment(parameters, "W"),
    dx: to.tensor,
  });
}

/** Hands the gradient of the input down, if anybody asks for it. */
export function handDown(part: PlayedCell, input: StageInput, range: StepRange): readonly OperationCall[] {
  if (input.kind === "tokens" || input.gradient === null) return [];
  return [inputRowsGradient(part, input.gradient, range, input.width)];
}

/** dW of the input projection, from da in the record's first slots. */
export function inputWeightGradient({ cell, place }: PlayedCell, input: StageInput, dW: TensorBinding): OperationCall {
  const { T, B, H, record, label } = place;
  const { recordSlots, gates } = cell;
  const extents = { N: T * B, D: input.width, C: gates * H };
  if (input.kind === "tokens") {
    const numbers = { ...extents, daOffset: 0, daStride: recordSlots * H, padding: input.width };
    return callOperation(gatherBackward, label, numbers, { ids: input.ids, da: record, dW });
  }
  const numbers = {
    ...extents,
    leftOffset: input.offset,
    leftStride: input.stride,
    rightOffset: 0,
    rightStride: recordSlots * H,
    outOffset: 0,
    outStride: gates * H,
  };
  return callOperation(weightGradient, label, numbers, { left: input.tensor, right: record, dW });
}

/** Output rows of a layer that runs forward only: its states themselves, so nothing is copied. */
function stateRows({ place: { T, B, H, h }, gradients }: LayerDirection, finalOnly: boolean): Rows {
  const at = { offset: finalOnly ? T * B * H : B * H, stride: H };
  const gradient = gradients && { tensor: gradients.dh, ...at };
  return { kind: "rows", tensor: h, ...at, steps: finalOnly ? 1 : T, width: H, gradient };
}

/** The same for a layer that runs in both directions: that of the first, with that of the second added. */
function handBothDown(
  context: StageContext,
  [first, second]: readonly [LayerDirection, LayerDirection],
  input: StageInput,
): (range: StepRange) => readonly OperationCall[] {
  if (input.kind === "tokens" || input.gradient === null) return () => [];
  const { gradient, width } = input;
  const { T, B } = context.pass;
  const name = TENSOR.dState(second.layer, "x", second.direction);
  const tensor = context.draft.declare(name, "f32", [T, B, width], "transient");
  const packed = { tensor, offset: 0, stride: width };
  return (range) => {
    const { N, offset: xOffset } = rowsOf(packed, range, B);
    const { offset: outOffset } = rowsOf(gradient, range, B);
    const numbers = { N, C: width, xOffset, xStride: width, outOffset, outStride: gradient.stride };
    return [
      ...handDown(first, input, range),
      inputRowsGradient(second, packed, range, width),
      callOperation(addRows, second.place.label, numbers, { x: tensor, out: gradient.tensor }),
    ];
  };
}

/** A layer's place on the way back. */
function backwardPlace(
  { model, pass }: StageContext,
  part: LayerDirection,
  range: StepRange,
  upstream: 0 | 1,
): BackwardPlace {
  const { layer, direction, place, gradients } = part;
  if (!gradients) throw new Error(`${place.label} has no gradients in this pass`);
  return {
    ...place,
    ...gradients,
    upstream,
    stateUpstream: pass.stateUpstream,
    gradients: bindSegments(model, layerName(layer, direction), TENSOR.gradients),
    rows: finishedRows(part, range),
  };
}

/**
 * Declares states and records of a recurrent layer. Its `output` are the states of the forward direction, which is all
 * there is to hand on where the layer runs forward only and has every step.
 */
export function recurrentStage(context: StageContext, spec: RecurrentLayerSpec): RecurrentStage {
  const { input, finalOnly } = spec;
  const directions = directionsOf(spec.choice).map((direction) => declareDirection(context, spec, direction));
  const [first, second] = directions;
  if (!first) throw new Error("a layer runs in at least one direction");
  const handInputDown = second
    ? handBothDown(context, [first, second], input)
    : (range: StepRange) => handDown(first, input, range);
  const upstream = finalOnly ? 0 : 1;
  return {
    directions,
    output: stateRows(first, finalOnly),
    forward: ({ steps, dropping }) =>
      directions.flatMap((part) => {
        const place = dropping ? part.place : withoutDropout(part.place);
        return [project(part, input, steps), ...part.cell.forward({ ...place, steps: playedSteps(part, steps) })];
      }),
    backward: (range) => [
      ...directions.flatMap((part) => part.cell.backward(backwardPlace(context, part, range, upstream))),
      ...handInputDown(range),
    ],
    parameterGradients: () =>
      directions.flatMap((part) => {
        const place = backwardPlace(context, part, { first: 0, count: context.pass.T }, upstream);
        return [
          inputWeightGradient(part, input, requireSegment(place.gradients, "W")),
          ...part.cell.parameterGradients(place),
          ...initialStateGradients(place),
        ];
      }),
  };
}
