/**
 * Reads the golden cells and stacks, plays them and names what came out. A cell is a stack of one layer whose last
 * output also receives ghT; the two kinds of file differ in names only.
 */
import * as v from "valibot";
import { isGoldenCell } from "../interop/golden-cells.ts";
import { swapLeadingAxes } from "../interop/golden-file.ts";
import { type GoldenRunner, inputOf, unsupported } from "./golden-run.ts";
import { type GoldenLayer, playStack, type StackResult, statesOf } from "./play-stack.ts";

const Extent = v.pipe(v.number(), v.safeInteger(), v.minValue(1));
const CellInfo = v.looseObject({ kind: v.string(), mode: v.string(), B: Extent, T: Extent, I: Extent, H: Extent });
const StackInfo = v.looseObject({
  layers: v.pipe(v.array(v.object({ kind: v.string(), hidden: Extent })), v.minLength(1)),
  B: Extent,
  T: Extent,
  I: Extent,
  bidirectional: v.literal(false),
  masked: v.literal("none"),
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
  const layers: readonly GoldenLayer[] = [{ kind, H, D, prefix: "", upstream: states }];
  const stackCase = { T, B, D, layers, x: swapLeadingAxes(x, { outer: B, inner: T, width: D }), upstream };
  const result = await playStack(backend, golden, { ...stackCase, outputs: "every" });
  return result ? { supported: true, tensors: nameCell(result) } : unsupported(INCOMPLETE);
};

/** Plays a case of `stacks/` in one direction and without masks. */
export const runGoldenStack: GoldenRunner = async (golden, { backend }) => {
  const info = v.safeParse(StackInfo, golden.info);
  if (!info.success) return unsupported("bidirectional, masked or no stack case");
  const { B, T, I: D, return_sequences: every } = info.output;
  const layers: GoldenLayer[] = [];
  let width = D;
  for (const [index, { kind, hidden }] of info.output.layers.entries()) {
    if (!isGoldenCell(kind)) return unsupported(`cell ${kind}`);
    layers.push({ kind, H: hidden, D: width, prefix: `L${index}.fwd.`, upstream: new Map() });
    width = hidden;
  }
  const x = inputOf(golden, "x");
  const g = inputOf(golden, "g_out");
  if (x?.length !== B * T * D || g?.length !== B * width * (every ? T : 1)) {
    return unsupported("x or g_out is missing or has another shape");
  }
  const outputs = every ? "every" : "last";
  const upstream = every ? swapLeadingAxes(g, { outer: B, inner: T, width }) : g;
  const stackCase = { T, B, D, layers, x: swapLeadingAxes(x, { outer: B, inner: T, width: D }), upstream };
  const result = await playStack(backend, golden, { ...stackCase, outputs });
  return result ? { supported: true, tensors: nameStack(result, outputs) } : unsupported(INCOMPLETE);
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

function nameStack({ layers, loss, dx }: StackResult, outputs: "every" | "last"): Map<string, ArrayLike<number>> {
  const tensors = new Map<string, ArrayLike<number>>([
    ["loss", loss],
    ["d_x", dx],
  ]);
  for (const [index, { layer, states, gradients }] of layers.entries()) {
    const { prefix } = layer;
    for (const [name, state] of states) {
      tensors.set(`${prefix}${name}T`, state.last);
      tensors.set(`d_${prefix}${name}`, state.gradient).set(`d_${prefix}${name}0`, state.initialGradient);
      if (name !== "h") continue;
      tensors.set(`L${index}.y`, state.values);
      // Overwritten by each higher layer: what remains is the top layer's.
      tensors.set("out", outputs === "every" ? state.values : state.last);
    }
    for (const [name, values] of gradients) tensors.set(`d_${prefix}${name}`, values);
  }
  return tensors;
}
