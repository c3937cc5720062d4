/**
 * Reads the golden cells and stacks, plays them and names what came out. A cell is a stack of one layer whose last
 * output also receives ghT; the two kinds of file differ in names only.
 */
import * as v from "valibot";
import type { Direction } from "../core/layer-choice.ts";
import { isGoldenCell } from "../interop/golden-cells.ts";
import { swapLeadingAxes } from "../interop/golden-file.ts";
import { type GoldenRunner, inputOf, unsupported } from "./golden-run.ts";
import { type GoldenLayer, type LayerResult, playStack, type StackResult, statesOf } from "./play-stack.ts";

const Extent = v.pipe(v.number(), v.safeInteger(), v.minValue(1));
const CellInfo = v.looseObject({ kind: v.string(), mode: v.string(), B: Extent, T: Extent, I: Extent, H: Extent });
const StackInfo = v.looseObject({
  layers: v.pipe(v.array(v.object({ kind: v.string(), hidden: Extent })), v.minLength(1)),
  B: Extent,
  T: Extent,
  I: Extent,
  bidirectional: v.boolean(),
  masked: v.picklist(["none", "lengths", "mask"]),
  return_sequences: v.boolean(),
});

const INCOMPLETE = "a parameter or initial state is missing or has another shape";

/** Plays a case of `cells/`: one layer, upstream gy at every step and ghT at the last. */
export const runGoldenCell: GoldenRunner = async (golden, { backend }) => {
  const info = v.safeParse(CellInfo, golden.info);
  if (!info.success) return unsupported("this is no cell case");
  const { kind, B, T, I: D, H } = info.output;
  if (!isGoldenCell(kind)) return unsupported(`cell ${kind}`);
  const x = inputOf(golden, "x");
  const gy = inputOf(golden, "gy");
  const ghT = inputOf(golden, "ghT");
  if (x?.length !== B * T * D || gy?.length !== B * T * H || ghT?.length !== B * H) {
    return unsupported("x, gy or ghT is missing or has another shape");
  }
  const upstream = swapLeadingAxes(gy, { outer: B, inner: T, width: H });
  // The last output is the last state, so what arrives at hT arrives at y_T.
  const last = upstream.subarray((T - 1) * B * H);
  for (const [i, value] of ghT.entries()) last[i] = (last[i] ?? 0) + value;
  const states = new Map<string, Float32Array<ArrayBuffer>>();
  for (const state of statesOf({ kind, H })) {
    const g = state === "h" ? undefined : inputOf(golden, `g${state}T`);
    if (g?.length === B * H) states.set(state, g);
    else if (state !== "h") return unsupported(`g${state}T is missing or has another shape`);
  }
  const layers: readonly GoldenLayer[] = [{ kind, layer: 0, direction: "forward", H, D, prefix: "", upstream: states }];
  const stackCase = { mask: null, T, B, D, layers, x: swapLeadingAxes(x, { outer: B, inner: T, width: D }), upstream };
  const result = await playStack(backend, golden, { ...stackCase, outputs: "every" });
  return result ? { supported: true, tensors: nameCell(result) } : unsupported(INCOMPLETE);
};

const SIDES = { forward: "fwd", backward: "bwd" } as const satisfies Readonly<Record<Direction, string>>;

/** Every layer in each of its directions, and the width of what the top hands on; a text where a cell is unknown. */
function readLayers(info: v.InferOutput<typeof StackInfo>): { layers: readonly GoldenLayer[]; width: number } | string {
  const directions = info.bidirectional ? (["forward", "backward"] as const) : (["forward"] as const);
  const layers: GoldenLayer[] = [];
  let width = info.I;
  for (const [layer, { kind, hidden: H }] of info.layers.entries()) {
    if (!isGoldenCell(kind)) return kind;
    for (const direction of directions) {
      const prefix = `L${layer}.${SIDES[direction]}.`;
      layers.push({ kind, layer, direction, H, D: width, prefix, upstream: new Map() });
    }
    width = H * directions.length;
  }
  return { layers, width };
}

/** Plays a case of `stacks/`: one direction or both, all steps or a mask of those that a sequence has. */
export const runGoldenStack: GoldenRunner = async (golden, { backend }) => {
  const info = v.safeParse(StackInfo, golden.info);
  if (!info.success) return unsupported("this is no stack case");
  const { B, T, I: D, return_sequences: every, masked } = info.output;
  const read = readLayers(info.output);
  if (typeof read === "string") return unsupported(`cell ${read}`);
  const { layers, width } = read;
  const x = inputOf(golden, "x");
  const g = inputOf(golden, "g_out");
  if (x?.length !== B * T * D || g?.length !== B * width * (every ? T : 1)) {
    return unsupported("x or g_out is missing or has another shape");
  }
  const present = masked === "none" ? null : inputOf(golden, "mask");
  if (present !== null && present?.length !== B * T) return unsupported("mask is missing or has another shape");
  const mask = present && swapLeadingAxes(present, { outer: B, inner: T, width: 1 });
  const outputs = every ? "every" : "last";
  const upstream = every ? swapLeadingAxes(g, { outer: B, inner: T, width }) : g;
  const stackCase = { T, B, D, layers, x: swapLeadingAxes(x, { outer: B, inner: T, width: D }), upstream, mask };
  const result = await playStack(backend, golden, { ...stackCase, outputs });
  return result
    ? { supported: true, tensors: nameStack(result, outputs, present && { values: present, T }) }
    : unsupported(INCOMPLETE);
};

function nameCell({ layers, loss, dx }: StackResult): Map<string, ArrayLike<number>> {
  const tensors = new Map<string, ArrayLike<number>>([
    ["loss", loss],
    ["d_x", dx],
  ]);
  for (const { states, steps, gradients } of layers) {
    for (const [name, state] of states) {
      // A file calls the states of h its outputs.
      tensors.set(name === "h" ? "y" : name, state.values).set(`${name}T`, state.last);
      tensors.set(`d_${name}`, state.gradient).set(`d_${name}0`, state.initialGradient);
    }
    for (const [name, values] of steps) tensors.set(name, values);
    for (const [name, values] of gradients) tensors.set(`d_${name}`, values);
  }
  return tensors;
}

/** 1 where a sequence has a step [B, T]. */
interface StepMask {
  readonly values: Float32Array;
  readonly T: number;
}

/** A gradient [B, T, H] with the steps that a sequence does not have as the files have them: it is not defined there, and 0. */
function whereDefined(gradient: Float32Array<ArrayBuffer>, { values }: StepMask): Float32Array<ArrayBuffer> {
  const H = gradient.length / values.length;
  return gradient.map((value, i) => (values[Math.floor(i / H)] === 0 ? 0 : value));
}

/**
 * d_c of a masked file: it was taken behind the choice between new and kept cell state, where the path through h_t has
 * left already, so it is what the next step hands back: ε ⊙ f of that step, or ε itself where it is masked.
 */
function carriedCellGradient(
  { layer, states, steps }: LayerResult,
  state: string,
  { values, T }: StepMask,
): Float32Array<ArrayBuffer> {
  const total = states.get(state)?.gradient ?? new Float32Array();
  const forget = steps.get("f");
  if (!forget) throw new Error(`${layer.kind} has no gate f`);
  const { H } = layer;

  const later = layer.direction === "forward" ? 1 : -1;
  return total.map((_, i) => {
    const row = Math.floor(i / H);
    const t = (row % T) + later;
    if (t < 0 || t >= T) return 0;
    const next = i + later * H;
    return (total[next] ?? Number.NaN) * (values[row + later] === 0 ? 1 : (forget[next] ?? Number.NaN));
  });
}

function nameStack(
  { layers, outputs, last, loss, dx }: StackResult,
  wanted: "every" | "last",
  present: StepMask | null,
): Map<string, ArrayLike<number>> {
  const tensors = new Map<string, ArrayLike<number>>([
    ["loss", loss],
    ["d_x", dx],
    ["out", wanted === "every" ? (outputs.at(-1) ?? last) : last],
  ]);
  for (const [index, values] of outputs.entries()) tensors.set(`L${index}.y`, values);
  for (const result of layers) {
    const { layer, states, gradients } = result;
    const { prefix } = layer;
    for (const [name, state] of states) {
      tensors.set(`${prefix}${name}T`, state.last).set(`d_${prefix}${name}0`, state.initialGradient);
      let { gradient } = state;
      if (present && name !== "h") gradient = carriedCellGradient(result, name, present);
      tensors.set(`d_${prefix}${name}`, present ? whereDefined(gradient, present) : gradient);
    }
    for (const [name, values] of gradients) tensors.set(`d_${prefix}${name}`, values);
  }
  return tensors;
}
