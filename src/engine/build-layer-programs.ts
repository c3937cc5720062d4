/**
 * Layers without a recurrence, each alone as a Program of the calls that models are made of: a dense layer, a table of
 * embeddings, a product with a given mask. The loss is L = Σ g⊙y with a given upstream gradient g.
 */
import type { OperationCall, Program } from "../core/program.ts";
import { gatherBackward } from "../operations/gather-backward.ts";
import { gatherForward } from "../operations/gather-forward.ts";
import { maskRows } from "../operations/mask-rows.ts";
import { type Activation, claimActivationFlag } from "./activations.ts";
import { denseBackward, denseForward, denseParameterGradients } from "./dense.ts";
import { claimLossFlags, lossCalls } from "./losses.ts";
import { callOperation, ProgramDraft } from "./program-draft.ts";

const LINEAR = { name: "linear" } as const;

/** L = Σ g⊙y over rows `y` [N, C], whose gradient g is put into `dy`; both are names of declared tensors. */
function upstreamCalls(
  draft: ProgramDraft,
  rows: { readonly N: number; readonly C: number; readonly y: string; readonly dy: string },
): readonly OperationCall[] {
  const { N, C, y, dy } = rows;
  const packed = { offset: 0, stride: C };
  const place = {
    label: "upstream",
    N,
    V: C,
    logits: { tensor: y },
    logitsAt: packed,
    dlogits: { tensor: dy },
    dlogitsAt: packed,
    target: draft.declare("upstream", "f32", [N, C], "batch"),
    mask: draft.declare("ones", "f32", [N], "batch"),
    count: draft.declare("count", "f32", [1], "batch"),
    rowLoss: draft.declare("rowLoss", "f32", [N], "activation"),
    loss: draft.declare("loss", "f32", [1], "metrics"),
  };
  return lossCalls(LINEAR, place, claimLossFlags(draft, LINEAR, { tensor: "flags" }));
}

/** A dense layer of N rows; a null activation is a linear layer. */
export interface DenseProgramSpec {
  readonly N: number;
  readonly D: number;
  readonly C: number;
  readonly activation: Activation | null;
}

/**
 * Phases `forward` and `backward`. Write `x` [N, D], `W` [D, C], `b` [C], `upstream` [N, C], `ones` (N times 1) and
 * `count` = [1]; read `loss`, `a` and `da` [N, C], `y` [N, C] where there is an activation, `dx`, `dW`, `db`.
 */
export function buildDenseProgram({ N, D, C, activation }: DenseProgramSpec): Program {
  const draft = new ProgramDraft();
  const declareRows = (name: string, width: number) => draft.declare(name, "f32", [N, width], "activation");
  const declareParameters = (role: "parameters" | "gradients", prefix: string) => ({
    W: draft.declare(`${prefix}W`, "f32", [D, C], role),
    b: draft.declare(`${prefix}b`, "f32", [C], role),
  });
  const flags = draft.declare("flags", "u32", [1], "metrics");
  const [x, a, da, dx] = [declareRows("x", D), declareRows("a", C), declareRows("da", C), declareRows("dx", D)];
  const { W: dW, b: db } = declareParameters("gradients", "d");
  const output = activation && {
    ...{ name: activation, flags, flagBit: claimActivationFlag(draft, activation, "dense") },
    ...{ y: declareRows("y", C), dy: declareRows("dy", C) },
  };
  const place = {
    ...{ label: "dense", N, D, C, a, activation: output, ...declareParameters("parameters", "") },
    x: { tensor: x, offset: 0, stride: D },
  };
  const out = output ? { y: "y", dy: "dy" } : { y: "a", dy: "da" };
  const forward = [...denseForward(place), ...upstreamCalls(draft, { N, C, ...out })];
  const gradients = { dy: output?.dy ?? null, da, dx: { tensor: dx, offset: 0, stride: D }, dW, db };
  const backward = [...denseBackward(place, gradients), ...denseParameterGradients(place, gradients)];
  return { tensors: draft.tensors(), phases: { forward, backward } };
}

/** A table of D embeddings of C numbers, looked up N times. The id `padding` has no gradient; null for no such id. */
export interface EmbeddingProgramSpec {
  readonly N: number;
  readonly D: number;
  readonly C: number;
  readonly padding: number | null;
}

/**
 * Phases `forward` and `backward`. Write `ids` [N], `W` [D, C], `upstream` [N, C], `ones` (N times 1) and `count` = [1];
 * read `loss`, `y` [N, C] and `dW`.
 */
export function buildEmbeddingProgram({ N, D, C, padding }: EmbeddingProgramSpec): Program {
  const draft = new ProgramDraft();
  draft.declare("flags", "u32", [1], "metrics");
  const ids = draft.declare("ids", "u32", [N], "batch");
  const W = draft.declare("W", "f32", [D, C], "parameters");
  const dW = draft.declare("dW", "f32", [D, C], "gradients");
  const y = draft.declare("y", "f32", [N, C], "activation");
  const dy = draft.declare("dy", "f32", [N, C], "activation");
  const extents = { N, D, C };
  const lookup = { ...extents, outOffset: 0, outStride: C, biased: 0 };
  const sums = { ...extents, daOffset: 0, daStride: C, padding: padding ?? D };
  const forward = [
    // Without a bias nothing is read where it would be.
    callOperation(gatherForward, "embedding", lookup, { ids, W, b: W, out: y }),
    ...upstreamCalls(draft, { N, C, y: "y", dy: "dy" }),
  ];
  const backward = [callOperation(gatherBackward, "embedding", sums, { ids, da: dy, dW })];
  return { tensors: draft.tensors(), phases: { forward, backward } };
}

/**
 * y = mask ⊙ x, element by element: dropout with a mask that is given instead of drawn. Phases `forward` and `backward`.
 * Write `x`, `mask`, `upstream`, `ones` (N times 1), each [N], and `count` = [1]; read `loss`, `y` and `dx`.
 */
export function buildProductProgram(N: number): Program {
  const draft = new ProgramDraft();
  const declare = (name: string) => draft.declare(name, "f32", [N], "activation");
  draft.declare("flags", "u32", [1], "metrics");
  const [x, mask, y, dy, dx] = [declare("x"), declare("mask"), declare("y"), declare("dy"), declare("dx")];
  const numbers = { N, C: 1, xOffset: 0, xStride: 1, outOffset: 0, outStride: 1, masked: 1 };
  const forward = [
    callOperation(maskRows, "dropout", numbers, { x, mask, out: y }),
    ...upstreamCalls(draft, { N, C: 1, y: "y", dy: "dy" }),
  ];
  const backward = [callOperation(maskRows, "dropout", numbers, { x: dy, mask, out: dx })];
  return { tensors: draft.tensors(), phases: { forward, backward } };
}
