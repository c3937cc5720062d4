/**
 * The calls of a stack of recurrent layers: input projection, cell, and on the way back weight gradients and the
 * gradient handed to the layer below. Layers read `h` of the layer below from row 1 on (`h[t+1]` is the output of t).
 */
import type { OperationCall, TensorBinding } from "../core/program.ts";
import { gatherBackward } from "../operations/gather-backward.ts";
import { gatherForward } from "../operations/gather-forward.ts";
import { inputGradient } from "../operations/input-gradient.ts";
import { projectForward } from "../operations/project-forward.ts";
import { weightGradient } from "../operations/weight-gradient.ts";
import type { BackwardPlace, Cell, LayerPlace } from "./cells/cell.ts";
import { findCell } from "./cells/find-cell.ts";
import { requireSegment, type Segments } from "./cells/segments.ts";
import { bindSegments, type Model } from "./model.ts";
import { callOperation, type ProgramDraft } from "./program-draft.ts";

/** What enters the first layer. */
export type StackInput =
  | { readonly kind: "features"; readonly x: TensorBinding } // [T, B, D]
  | { readonly kind: "tokens"; readonly ids: TensorBinding }; // [T, B]

/** One use of the model: training, probe or generation. `prefix` keeps their tensors apart. */
export interface Pass {
  readonly prefix: "" | "probe." | "generate.";
  readonly T: number;
  readonly B: number;
  readonly flags: TensorBinding;
}

/** A layer in a pass, with where its input rows lie. */
interface StackedLayer {
  readonly cell: Cell;
  readonly place: LayerPlace;
  readonly input: StackInput;
  readonly width: number;
  /** First element of the input rows inside their tensor. */
  readonly inputOffset: number;
}

/** Names of the tensors that outsiders (probe views, verification, checkpoints) read. */
export const TENSOR = {
  parameters: "params",
  gradients: "grads",
  moments: "moments",
  /** A state of a layer: `h`, or an extra one of its cell. */
  state: (layer: number, state: string, prefix = "") => `${prefix}layers.${layer}.${state}`,
  h: (layer: number, prefix = "") => TENSOR.state(layer, "h", prefix),
  record: (layer: number, prefix = "") => `${prefix}layers.${layer}.record`,
  /** Verification only: the upstream gradient of an extra state's last row. */
  upstream: (layer: number, state: string) => `upstream.${layer}.${state}`,
  dState: (layer: number, state: string) => `layers.${layer}.d${state}`,
  dh: (layer: number) => TENSOR.dState(layer, "h"),
  dhNorm: (layer: number) => `layers.${layer}.dhNorm`,
  /** 1 where a sequence has a step [T, B]. */
  mask: (prefix = "") => `${prefix}steps.mask`,
  /** Seed and training step of the dropout masks, u32 [2]. */
  key: (prefix = "") => `${prefix}dropout.key`,
} as const;

/** Declares states and record of every layer of a pass and lays out what feeds what. */
export function declareStack(
  draft: ProgramDraft,
  model: Model,
  pass: Pass,
  stackInput: StackInput,
): readonly StackedLayer[] {
  const { T, B, prefix, flags } = pass;
  let input = stackInput;
  let width = model.shape.inputWidth;
  let inputOffset = 0;
  const mask = draft.declare(TENSOR.mask(prefix), "f32", [T, B], "batch");
  const key = draft.declare(TENSOR.key(prefix), "u32", [2], "batch");
  return model.shape.layers.map((layer, index) => {
    const cell = findCell(layer);
    const H = layer.units;
    const label = `${prefix === "" ? "" : `${prefix.slice(0, -1)} `}layer ${index + 1}`;
    const h = draft.declare(TENSOR.h(index, prefix), "f32", [T + 1, B, H], "activation");
    const states: Record<string, TensorBinding> = {};
    for (const name of cell.extraStates) {
      states[name] = draft.declare(TENSOR.state(index, name, prefix), "f32", [T + 1, B, H], "activation");
    }
    const record = draft.declare(TENSOR.record(index, prefix), "f32", [T, B, cell.recordSlots, H], "activation");
    // Views write to a word of their own that nobody acts on, so that looking never stops a run.
    const flagBit = prefix === "" ? draft.claimFlagBit({ name: `${layer.cell}-forward` }, label) : 1;
    const parameters = bindSegments(model, index, TENSOR.parameters);
    const stacked: StackedLayer = {
      cell,
      place: {
        ...{ label, T, B, H, h, states, record, flags, flagBit, parameters, mask, key },
        ...{ reverse: 0, masked: 0, steps: { from: 1, to: T }, dropout: { rate: 0, site: index } },
      },
      input,
      width,
      inputOffset,
    };
    input = { kind: "features", x: h };
    width = H;
    inputOffset = B * H;
    return stacked;
  });
}

function project(stacked: StackedLayer): OperationCall {
  const { place, input, width, inputOffset } = stacked;
  const { recordSlots, gates } = stacked.cell;
  const { T, B, H, record, label, parameters } = place;
  const W = requireSegment(parameters, "W");
  const b = requireSegment(parameters, "b");
  const extents = { N: T * B, D: width, C: gates * H };
  const out = { outOffset: 0, outStride: recordSlots * H };
  if (input.kind === "tokens") {
    const numbers = { ...extents, ...out, biased: 1 };
    return callOperation(gatherForward, label, numbers, { ids: input.ids, W, b, out: record });
  }
  const numbers = { ...extents, ...out, xOffset: inputOffset, xStride: width };
  return callOperation(projectForward, label, numbers, { x: input.x, W, b, out: record });
}

/** Forward calls of the whole stack, lowest layer first. */
export function stackForward(stack: readonly StackedLayer[]): readonly OperationCall[] {
  return stack.flatMap((stacked) => [project(stacked), ...stacked.cell.forward(stacked.place)]);
}

/** dW of the input projection, from da in the record's first slots. */
function inputWeightGradient(stacked: StackedLayer, place: BackwardPlace): OperationCall {
  const { input, width, inputOffset } = stacked;
  const { recordSlots, gates } = stacked.cell;
  const { T, B, H, record, label, gradients } = place;
  const dW = requireSegment(gradients, "W");
  const extents = { N: T * B, D: width, C: gates * H };
  if (input.kind === "tokens") {
    const numbers = { ...extents, daOffset: 0, daStride: recordSlots * H, padding: width };
    return callOperation(gatherBackward, label, numbers, { ids: input.ids, da: record, dW });
  }
  const numbers = {
    ...extents,
    leftOffset: inputOffset,
    leftStride: width,
    rightOffset: 0,
    rightStride: recordSlots * H,
    outOffset: 0,
    outStride: gates * H,
  };
  return callOperation(weightGradient, label, numbers, { left: input.x, right: record, dW });
}

/** dx of a layer's input rows, written at `dxOffset` of `dx` with packed rows. */
function layerInputGradient(stacked: StackedLayer, dx: TensorBinding, dxOffset: number): OperationCall {
  const { place, width } = stacked;
  const { recordSlots, gates } = stacked.cell;
  const { T, B, H, record, label, parameters } = place;
  const numbers = {
    N: T * B,
    D: width,
    C: gates * H,
    daOffset: 0,
    daStride: recordSlots * H,
    dxOffset,
    dxStride: width,
  };
  return callOperation(inputGradient, label, numbers, { da: record, W: requireSegment(parameters, "W"), dx });
}

/** Gradients of one layer's states, each [T+1, B, H]. */
export interface StateGradients {
  readonly dh: TensorBinding;
  /** Those of the extra states, by the state's name. */
  readonly dStates: Segments;
}

/** What the stack's way back needs to know. */
export interface StackBackward {
  readonly model: Model;
  /** Gradients of every layer's states; the top dh holds what the head hands down. */
  readonly upstream: readonly StateGradients[];
  /** 0 when the head fills only the top layer's dh[T]. */
  readonly topUpstream: 0 | 1;
  /** 1 when the last row of every extra state's gradient holds an upstream gradient (verification), 0 in training. */
  readonly stateUpstream: 0 | 1;
  /** Where the gradient of the feature input goes, [T, B, D]; null when nobody asks (training). */
  readonly dx: TensorBinding | null;
}

/** Declares the gradients of every layer's states. */
export function declareUpstream(draft: ProgramDraft, stack: readonly StackedLayer[]): readonly StateGradients[] {
  return stack.map(({ cell, place: { T, B, H } }, index) => {
    const declare = (state: string) => draft.declare(TENSOR.dState(index, state), "f32", [T + 1, B, H], "activation");
    const dStates = Object.fromEntries(cell.extraStates.map((state) => [state, declare(state)]));
    return { dh: declare("h"), dStates };
  });
}

/** Backward calls of the whole stack, top layer first: cell, gradient for the layer below, then weight gradients. */
export function stackBackward(stack: readonly StackedLayer[], back: StackBackward): readonly OperationCall[] {
  const calls: OperationCall[] = [];
  for (let index = stack.length - 1; index >= 0; index--) {
    const stacked = stack[index];
    const own = back.upstream[index];
    if (!stacked || !own) throw new Error(`layer ${index + 1} has no upstream gradient`);
    const place: BackwardPlace = {
      ...stacked.place,
      ...own,
      upstream: index === stack.length - 1 ? back.topUpstream : 1,
      stateUpstream: back.stateUpstream,
      gradients: bindSegments(back.model, index, TENSOR.gradients),
      rows: { from: stacked.place.T, to: 0 },
    };
    const { cell } = stacked;
    calls.push(...cell.backward(place));
    const below = back.upstream[index - 1]?.dh;
    if (below) calls.push(layerInputGradient(stacked, below, place.B * stacked.width));
    else if (back.dx) calls.push(layerInputGradient(stacked, back.dx, 0));
    calls.push(inputWeightGradient(stacked, place), ...cell.parameterGradients(place));
  }
  return calls;
}
