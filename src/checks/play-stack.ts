/**
 * Plays a stack of golden layers under an injected upstream gradient. Gates are read between the phases, because
 * backward turns the record into gradients of the pre-activations. Results are in the file's layout, batch-first.
 */
import type { Backend, Player } from "../core/backend.ts";
import type { Direction, RecurrentLayer } from "../core/layer-choice.ts";
import { buildStackProgram } from "../engine/build-parts.ts";
import { findCell } from "../engine/cells/find-cell.ts";
import type { Model } from "../engine/model.ts";
import { layerName, TENSOR } from "../engine/tensor-names.ts";
import {
  type GoldenCellKind,
  goldenFromRecord,
  layerOfGolden,
  parametersFromGolden,
  parametersToGolden,
} from "../interop/golden-cells.ts";
import { type GoldenCase, swapLeadingAxes } from "../interop/golden-file.ts";
import { parameterWrites, segmentOf, type TensorWrite } from "./golden-parameters.ts";
import { inputOf, readFloats, withPlayer } from "./golden-run.ts";

/** One layer of a case in one direction. `prefix` stands before its names in the file: empty for a cell, `L0.fwd.` in a stack. */
export interface GoldenLayer {
  readonly kind: GoldenCellKind;
  readonly layer: number;
  readonly direction: Direction;
  readonly H: number;
  readonly D: number;
  readonly prefix: string;
  /** Upstream gradients [B, H] of the final row of extra states, by name; those not given are 0. */
  readonly upstream: ReadonlyMap<string, Float32Array<ArrayBuffer>>;
}

/** Names of a layer's states. */
export function statesOf({ kind, H }: Pick<GoldenLayer, "kind" | "H">): readonly string[] {
  return ["h", ...findCell(layerOfGolden(kind, H)).extraStates];
}

/** A case whose inputs are in the house's layout. */
export interface StackCase {
  readonly T: number;
  readonly B: number;
  readonly D: number;
  /** Every layer in each of its directions, lowest layer first, forward before backward. */
  readonly layers: readonly GoldenLayer[];
  readonly outputs: "every" | "last";
  readonly x: Float32Array<ArrayBuffer>; // [T, B, D]
  readonly upstream: Float32Array<ArrayBuffer>; // [T, B, H·directions] or, of final states only, [B, H·directions]
  /** 1 where a sequence has a step [T, B]; null where it has all of them. */
  readonly mask: Float32Array<ArrayBuffer> | null;
}

/** One state of a layer with its gradient, by original time. */
export interface StateResult {
  readonly values: Float32Array<ArrayBuffer>; // [B, T, H]
  readonly last: Float32Array<ArrayBuffer>; // [B, H]
  readonly gradient: Float32Array<ArrayBuffer>; // [B, T, H]
  readonly initialGradient: Float32Array<ArrayBuffer>; // [B, H]
}

/** What one layer computed in one direction. */
export interface LayerResult {
  readonly layer: GoldenLayer;
  /** h and the cell's extra states by name. */
  readonly states: ReadonlyMap<string, StateResult>;
  /** Gates and pre-activation gradients [B, T, H] by the file's names. */
  readonly steps: ReadonlyMap<string, Float32Array<ArrayBuffer>>;
  /** Parameter gradients by the file's names, without prefix. */
  readonly gradients: ReadonlyMap<string, Float32Array<ArrayBuffer>>;
}

/** What a stack computed. */
export interface StackResult {
  readonly layers: readonly LayerResult[];
  /** Outputs of every layer at every step [B, T, H·directions]. */
  readonly outputs: readonly Float32Array<ArrayBuffer>[];
  /** Final states of the top layer [B, H·directions]. */
  readonly last: Float32Array<ArrayBuffer>;
  readonly loss: Float32Array<ArrayBuffer>; // [1]
  readonly dx: Float32Array<ArrayBuffer>; // [B, T, D]
}

/** Plays the case; null when the file lacks a parameter or an initial state. */
export async function playStack(
  backend: Backend,
  golden: GoldenCase,
  stackCase: StackCase,
): Promise<StackResult | null> {
  const { T, B, D, layers, outputs, mask } = stackCase;
  const { program, model } = buildStackProgram({
    layers: choicesOf(layers),
    T,
    B,
    inputWidth: D,
    input: "features",
    readout: outputs,
    masked: mask !== null,
  });
  const writes = writesOf(golden, stackCase, model);
  if (writes === null) return null;
  return withPlayer(backend, program, async (player) => {
    for (const { tensor, offset, data } of writes) player.write(tensor, data, offset);
    return playPhases(player, stackCase, model);
  });
}

/** The layers of an experiment: two directions of a layer are one choice. */
function choicesOf(layers: readonly GoldenLayer[]): readonly RecurrentLayer[] {
  return layers
    .filter(({ direction }) => direction === "forward")
    .map(({ kind, H, layer }): RecurrentLayer => {
      const both = layers.some((other) => other.layer === layer && other.direction === "backward");
      return both ? { ...layerOfGolden(kind, H), direction: "both" } : layerOfGolden(kind, H);
    });
}

/** First element of the state that a direction starts from. */
function initialOffset({ direction, H }: GoldenLayer, { T, B }: StackCase): number {
  return direction === "forward" ? 0 : T * B * H;
}

function writesOf(golden: GoldenCase, stackCase: StackCase, model: Model): readonly TensorWrite[] | null {
  const { T, B, layers, x, upstream, outputs, mask } = stackCase;
  const ones = new Float32Array(outputs === "every" ? T * B : B).fill(1);
  const writes: TensorWrite[] = [
    { tensor: "batch.input", offset: 0, data: x },
    { tensor: "upstream", offset: 0, data: upstream },
    { tensor: "ones", offset: 0, data: ones },
    { tensor: "count", offset: 0, data: Float32Array.of(1) },
  ];
  if (mask) writes.push({ tensor: TENSOR.mask(), offset: 0, data: mask });
  for (const layer of layers) {
    const { kind, prefix, H, layer: index, direction } = layer;
    const parameters = parametersFromGolden(kind, layer, (name) => golden.tensors.get(prefix + name)?.data);
    if (parameters === null) return null;
    writes.push(...parameterWrites(model, layerName(index, direction), parameters));
    for (const state of statesOf(layer)) {
      const initial = inputOf(golden, `${prefix}${state}0`);
      if (initial?.length !== B * H) return null;
      const tensor = TENSOR.state(index, state, "", direction);
      writes.push({ tensor, offset: initialOffset(layer, stackCase), data: initial });
    }
    for (const [state, data] of layer.upstream) {
      writes.push({ tensor: TENSOR.upstream(index, state, direction), offset: 0, data });
    }
  }
  return writes;
}

const recordOf = ({ layer, direction }: GoldenLayer) => TENSOR.record(layer, "", direction);

async function playPhases(player: Player, stackCase: StackCase, model: Model): Promise<StackResult> {
  const { T, B, D, layers } = stackCase;
  player.play("forward", {});
  const records = await Promise.all(layers.map((layer) => readFloats(player, recordOf(layer))));
  const loss = await readFloats(player, "loss");
  player.play("backward", {});
  const grads = await readFloats(player, TENSOR.gradients);
  const results = await Promise.all(
    layers.map(async (layer, i): Promise<LayerResult> => {
      const { kind, H, layer: index, direction } = layer;
      const extents = { T, B, H };
      const steps = new Map([
        ...goldenFromRecord(kind, "forward", records[i] ?? [], extents),
        ...goldenFromRecord(kind, "backward", await readFloats(player, recordOf(layer)), extents),
      ]);
      const states = new Map<string, StateResult>();
      for (const name of statesOf(layer)) states.set(name, await readState(player, layer, name, extents));
      const owner = layerName(index, direction);
      return {
        layer,
        states,
        steps,
        gradients: parametersToGolden(kind, layer, (name) => segmentOf(grads, model, `${owner}.${name}`)),
      };
    }),
  );
  const dx = await readFloats(player, "batch.dx");
  return {
    layers: results,
    ...(await readOutputs(player, stackCase, results)),
    loss,
    dx: swapLeadingAxes(dx, { outer: T, inner: B, width: D }),
  };
}

/** Rows 0 … T of a state [T+1, B, H] by original time: those after each step, and the two at the ends. */
function cutRows(rows: Float32Array<ArrayBuffer>, direction: Direction, row: number) {
  const [low, high] = [rows.subarray(0, row), rows.subarray(rows.length - row)];
  return direction === "forward"
    ? { steps: rows.subarray(row), initial: low, final: high }
    : { steps: rows.subarray(0, rows.length - row), initial: high, final: low };
}

/** A state and its gradient. */
async function readState(
  player: Player,
  { layer, direction }: GoldenLayer,
  name: string,
  { T, B, H }: { readonly T: number; readonly B: number; readonly H: number },
): Promise<StateResult> {
  const values = cutRows(await readFloats(player, TENSOR.state(layer, name, "", direction)), direction, B * H);
  const gradient = cutRows(await readFloats(player, TENSOR.dState(layer, name, direction)), direction, B * H);
  const rows = { outer: T, inner: B, width: H };
  return {
    values: swapLeadingAxes(values.steps, rows),
    last: values.final.slice(),
    gradient: swapLeadingAxes(gradient.steps, rows),
    initialGradient: gradient.initial.slice(),
  };
}

/** Outputs where the Program collects them; elsewhere they are the states. */
async function readOutputs(
  player: Player,
  { T, B, layers, mask, outputs: wanted }: StackCase,
  results: readonly LayerResult[],
): Promise<Pick<StackResult, "outputs" | "last">> {
  const outputs: Float32Array<ArrayBuffer>[] = [];
  let last = new Float32Array();
  for (const { layer, states } of results) {
    if (layer.direction === "backward") continue;
    const { layer: index, H } = layer;
    const sides = layers.filter((other) => other.layer === index).length;
    const h = states.get("h");
    if (!h) throw new Error("a layer has a state h");
    const collected = sides > 1 || mask !== null;
    const rows = { outer: T, inner: B, width: H * sides };
    outputs.push(collected ? swapLeadingAxes(await readFloats(player, TENSOR.y(index)), rows) : h.values);
    // Overwritten by each higher layer: what remains is the top layer's.
    last =
      sides > 1 && wanted === "last" && index === layers.at(-1)?.layer
        ? await readFloats(player, TENSOR.last(index))
        : h.last;
  }
  return { outputs, last };
}
