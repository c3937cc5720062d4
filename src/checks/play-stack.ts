/**
 * Plays a stack of golden layers under an injected upstream gradient. Gates are read between the phases, because
 * backward turns the record into gradients of the pre-activations. Results are in the file's layout, batch-first.
 */
import type { Backend, Player } from "../core/backend.ts";
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

/** One layer of a case. `prefix` stands before its names in the file: empty for a cell, `L0.fwd.` in a stack. */
export interface GoldenLayer {
  readonly kind: GoldenCellKind;
  readonly H: number;
  readonly D: number;
  readonly prefix: string;
  /** Upstream gradients [B, H] of the last row of extra states, by name; those not given are 0. */
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
  readonly layers: readonly GoldenLayer[];
  readonly outputs: "every" | "last";
  readonly x: Float32Array<ArrayBuffer>; // [T, B, D]
  readonly upstream: Float32Array<ArrayBuffer>; // [T, B, H] or, for the last output only, [B, H]
}

/** One state of a layer with its gradient. */
export interface StateResult {
  readonly values: Float32Array<ArrayBuffer>; // [B, T, H]
  readonly last: Float32Array<ArrayBuffer>; // [B, H]
  readonly gradient: Float32Array<ArrayBuffer>; // [B, T, H]
  readonly initialGradient: Float32Array<ArrayBuffer>; // [B, H]
}

/** What one layer computed. */
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
  readonly loss: Float32Array<ArrayBuffer>; // [1]
  readonly dx: Float32Array<ArrayBuffer>; // [B, T, D]
}

/** Plays the case; null when the file lacks a parameter or an initial state. */
export async function playStack(
  backend: Backend,
  golden: GoldenCase,
  stackCase: StackCase,
): Promise<StackResult | null> {
  const { T, B, D, layers, outputs } = stackCase;
  const choices = layers.map(({ kind, H }) => layerOfGolden(kind, H));
  const { program, model } = buildStackProgram({
    layers: choices,
    T,
    B,
    inputWidth: D,
    input: "features",
    readout: outputs,
  });
  const writes = writesOf(golden, stackCase, model);
  if (writes === null) return null;
  return withPlayer(backend, program, async (player) => {
    for (const { tensor, offset, data } of writes) player.write(tensor, data, offset);
    return playPhases(player, stackCase, model);
  });
}

function writesOf(golden: GoldenCase, stackCase: StackCase, model: Model): readonly TensorWrite[] | null {
  const { T, B, layers, x, upstream, outputs } = stackCase;
  const ones = new Float32Array(outputs === "every" ? T * B : B).fill(1);
  const writes: TensorWrite[] = [
    { tensor: "batch.input", offset: 0, data: x },
    { tensor: "upstream", offset: 0, data: upstream },
    { tensor: "ones", offset: 0, data: ones },
    { tensor: "count", offset: 0, data: Float32Array.of(1) },
  ];
  for (const [index, layer] of layers.entries()) {
    const { kind, prefix, H } = layer;
    const parameters = parametersFromGolden(kind, layer, (name) => golden.tensors.get(prefix + name)?.data);
    if (parameters === null) return null;
    writes.push(...parameterWrites(model, layerName(index), parameters));
    for (const state of statesOf(layer)) {
      const initial = inputOf(golden, `${prefix}${state}0`);
      if (initial?.length !== B * H) return null;
      writes.push({ tensor: TENSOR.state(index, state), offset: 0, data: initial });
    }
    for (const [state, data] of layer.upstream) writes.push({ tensor: TENSOR.upstream(index, state), offset: 0, data });
  }
  return writes;
}

async function playPhases(player: Player, stackCase: StackCase, model: Model): Promise<StackResult> {
  const { T, B, D, layers } = stackCase;
  player.play("forward", {});
  const forward = await Promise.all(
    layers.map(async (layer, index) => ({
      layer,
      record: await readFloats(player, TENSOR.record(index)),
    })),
  );
  const loss = await readFloats(player, "loss");
  player.play("backward", {});
  const grads = await readFloats(player, TENSOR.gradients);
  const results = await Promise.all(
    forward.map(async ({ layer, record }, index): Promise<LayerResult> => {
      const { kind, H } = layer;
      const dRecord = await readFloats(player, TENSOR.record(index));
      const extents = { T, B, H };
      const steps = new Map([
        ...goldenFromRecord(kind, "forward", record, extents),
        ...goldenFromRecord(kind, "backward", dRecord, extents),
      ]);
      const states = new Map<string, StateResult>();
      for (const name of statesOf(layer)) states.set(name, await readState(player, index, name, extents));
      return {
        layer,
        states,
        steps,
        gradients: parametersToGolden(kind, layer, (name) => segmentOf(grads, model, `${layerName(index)}.${name}`)),
      };
    }),
  );
  const dx = await readFloats(player, "batch.dx");
  return { layers: results, loss, dx: swapLeadingAxes(dx, { outer: T, inner: B, width: D }) };
}

/** A state and its gradient. Row t belongs to the state before step t, so what a file holds per step starts at row 1. */
async function readState(
  player: Player,
  layer: number,
  name: string,
  { T, B, H }: { readonly T: number; readonly B: number; readonly H: number },
): Promise<StateResult> {
  const values = await readFloats(player, TENSOR.state(layer, name));
  const gradient = await readFloats(player, TENSOR.dState(layer, name));
  const rows = { outer: T, inner: B, width: H };
  return {
    values: swapLeadingAxes(values.subarray(B * H), rows),
    last: values.slice(T * B * H),
    gradient: swapLeadingAxes(gradient.subarray(B * H), rows),
    initialGradient: gradient.slice(0, B * H),
  };
}
