/**
 * The parameter table of a model: one flat buffer, cut into named segments that start at multiples of
 * `SEGMENT_ALIGNMENT`. `parameters` counts trainable numbers, P also the padding between segments (always 0).
 */
import { alignSegment, elementCount } from "../core/dims.ts";
import { directionsOf, type EmbeddingChoice, isRecurrent, type LayerChoice } from "../core/layer-choice.ts";
import type { TensorBinding } from "../core/program.ts";
import type { ParameterRole, ParameterSpec } from "./cells/cell.ts";
import { findCell } from "./cells/find-cell.ts";
import type { Segments } from "./cells/segments.ts";
import { initialStateParameters } from "./stages/initial-state.ts";
import { layerName } from "./tensor-names.ts";

/** What decides the parameters: the layers, what enters the first and what leaves the head. */
export interface ModelShape {
  readonly layers: readonly LayerChoice[];
  /** Features, or vocabulary size for token ids; without an embedding it is D of the first layer. */
  readonly inputWidth: number;
  /** The table in which token ids are looked up; left out, they enter one-hot. */
  readonly embedding?: EmbeddingChoice | undefined;
  /** V of the head; 0 builds a stack without a head. */
  readonly outputs: number;
}

/** One named part of the flat parameter buffer. `offset` counts elements. */
export interface Segment {
  /** `layers.0.W`, `head.b`: the name in files. */
  readonly name: string;
  /** Index of the layer, or null for the head. */
  readonly layer: number | null;
  /** House name within its layer and direction: `W`, `U`, `b`, `bu`, `h0`, `gain`. */
  readonly parameter: string;
  readonly shape: readonly number[];
  readonly offset: number;
  readonly role: ParameterRole;
  /** Columns of one gate; all of them where a parameter is one matrix. */
  readonly block: number;
}

/** Parameter table of a model. */
export interface Model {
  readonly shape: ModelShape;
  readonly segments: readonly Segment[];
  /** Length of the flat buffer, padding included. */
  readonly P: number;
  /** Trainable numbers, and those of each layer. */
  readonly parameters: number;
  readonly layerParameters: readonly number[];
}

/** Numbers that a layer hands on for each step: those of its directions side by side. */
export function outputWidth(layer: LayerChoice): number {
  return layer.units * directionsOf(layer).length;
}

function columnsOf(shape: readonly number[]): number {
  return shape[1] ?? 1;
}

/** A parameter of a layer, and what stands before its name inside the layer: `backward.`, `norm.`, or nothing. */
interface PartParameter extends ParameterSpec {
  readonly part: "" | "backward." | "norm.";
}

/** Parameters of a layer over `D` features, in file order. */
function parametersOf(layer: LayerChoice, D: number): readonly PartParameter[] {
  const inPart = (part: PartParameter["part"], specs: readonly ParameterSpec[]) =>
    specs.map((spec): PartParameter => ({ ...spec, part }));
  const W = outputWidth(layer);
  const norm: readonly ParameterSpec[] = [
    { name: "gain", shape: [W], role: "gain" },
    { name: "bias", shape: [W], role: "bias" },
  ];
  const normalised = layer.norm === "layer" ? inPart("norm.", norm) : [];
  if (!isRecurrent(layer)) {
    const dense: readonly ParameterSpec[] = [
      { name: "W", shape: [D, layer.units], role: "input-weights" },
      { name: "b", shape: [layer.units], role: "bias" },
    ];
    return [...inPart("", dense), ...normalised];
  }
  const cell = findCell(layer);
  const own = [...cell.parameters(D, layer.units), ...initialStateParameters(layer, cell)];
  const parts = directionsOf(layer).map((direction) => (direction === "forward" ? "" : "backward."));
  return [...parts.flatMap((part) => inPart(part, own)), ...normalised];
}

/** Lays out the segments: the embedding, for each layer in file order, then the head's W [H, V] and b [V]. */
export function createModel(shape: ModelShape): Model {
  const segments: Segment[] = [];
  const layerParameters: number[] = [];
  let offset = 0;
  const add = (segment: Omit<Segment, "offset" | "block"> & Pick<ParameterSpec, "block">) => {
    segments.push({ ...segment, offset, block: segment.block ?? columnsOf(segment.shape) });
    offset += alignSegment(elementCount(segment.shape));
  };
  let width = shape.inputWidth;
  if (shape.embedding) {
    const extents = [width, shape.embedding.width];
    add({ name: "embedding.E", layer: null, parameter: "E", shape: extents, role: "embedding" });
    width = shape.embedding.width;
  }
  shape.layers.forEach((layer, index) => {
    const own = parametersOf(layer, width);
    for (const { part, ...spec } of own) {
      add({ ...spec, name: `${layerName(index)}.${part}${spec.name}`, layer: index, parameter: spec.name });
    }
    layerParameters.push(own.reduce((sum, spec) => sum + elementCount(spec.shape), 0));
    width = outputWidth(layer);
  });
  if (shape.outputs > 0) {
    add({ name: "head.W", layer: null, parameter: "W", shape: [width, shape.outputs], role: "head-weights" });
    add({ name: "head.b", layer: null, parameter: "b", shape: [shape.outputs], role: "head-bias" });
  }
  const parameters = segments.reduce((sum, segment) => sum + elementCount(segment.shape), 0);
  return { shape, segments, P: offset, parameters, layerParameters };
}

/** The same model with the parameters of another part behind its own: a decoder, its attention. */
export function appendParameters(model: Model, owner: string, specs: readonly ParameterSpec[]): Model {
  let offset = model.P;
  let parameters = model.parameters;
  const added = specs.map(({ name, shape, role, block = columnsOf(shape) }): Segment => {
    const segment = { name: `${owner}.${name}`, layer: null, parameter: name, shape, offset, role, block };
    offset += alignSegment(elementCount(shape));
    parameters += elementCount(shape);
    return segment;
  });
  return { ...model, segments: [...model.segments, ...added], P: offset, parameters };
}

/** The segments of an owner (`layers.0`, `head`) as bindings into `tensor`, by their names without the owner's. */
export function bindSegments(model: Model, owner: string, tensor: string): Segments {
  const bindings: Record<string, TensorBinding> = {};
  for (const { name, offset, shape } of model.segments) {
    if (!name.startsWith(`${owner}.`)) continue;
    bindings[name.slice(owner.length + 1)] = { tensor, offset, length: elementCount(shape) };
  }
  return bindings;
}
