/**
 * What is trained in a measurement, and how a shape is written: as a name (S1 … S5) or as `B=32,T=10,I=1,H=64-32`. A shape
 * says nothing about speed: the same one is given to Gatescope and to every peer. Units `H` are listed layer by layer.
 */
import { CELL_NAMES, type CellName } from "../src/core/layer-choice.ts";

/** Where the reset gate of a GRU acts: on the state, or on its product with U. */
export type ResetForm = "before" | "after";

/** Squared error, binary cross-entropy of a logit, cross-entropy of classes; each is the mean over all rows and outputs. */
export type BenchLoss = "mse" | "bce" | "ce";

/** One network with its batch. Extents as in `core/dims.ts`, I being the input width: features, or symbols. */
export interface BenchShape {
  readonly B: number;
  readonly T: number;
  readonly I: number;
  /** Units of each layer, the lowest first. */
  readonly H: readonly number[];
  /** Outputs of the head. */
  readonly out: number;
  /** True where the head answers at every step, false where it answers at the last one. */
  readonly each: boolean;
  /** Left out, it follows from the targets: whole numbers are classes (`ce`), others values (`mse`). */
  readonly loss?: BenchLoss;
  /** Of a GRU; left out, `after`. */
  readonly form?: ResetForm;
  /** Left out, `gru`. */
  readonly cell?: CellName;
  /** Models trained side by side, all from the same start on the same batch; left out, 1. Gatescope only. */
  readonly M?: number;
}

/** A shape as it was asked for. Without `shape.form` a GRU is measured in both forms. */
export interface NamedShape {
  readonly name: string;
  readonly shape: BenchShape & { readonly loss: BenchLoss; readonly cell: CellName };
}

/** Input that no shape can be read from; the message says what is allowed. */
export class ShapeError extends Error {
  override readonly name = "ShapeError";
}

/** The reported shapes. */
const NAMED = {
  S1: "B=32,T=10,I=1,H=64-32,out=1,loss=mse,head=last",
  S2: "B=32,T=100,I=128,H=64-32,out=1,loss=bce,head=last",
  S3: "B=32,T=64,I=64,H=128-64,out=64,loss=ce,head=every",
  S4: "B=64,T=128,I=96,H=256-96,out=96,loss=ce,head=every",
  S5: "B=1,T=50,I=8,H=32-8,out=8,loss=ce,head=every",
} as const;

/** Names of the reported shapes, in order. */
export const SHAPE_NAMES: readonly string[] = Object.keys(NAMED);

const NUMBERS = { B: 4096, T: 16_384, I: 8192, layers: 8, out: 8192, M: 64 } as const;
const LARGEST_H = 2048;
const WORDS = {
  loss: ["mse", "bce", "ce"],
  head: ["last", "every"],
  cell: CELL_NAMES,
  form: ["before", "after"],
} as const;

/** What may be written for a shape, for usages and refusals. */
export const SHAPE_HELP = `${SHAPE_NAMES.join(", ")}, one form of these (S1:${WORDS.form.join(" or :")}), or B=,T=,I=,H= (64, or 64-32 by layer) and, if wished, layers=,out=,loss=${WORDS.loss.join("|")},head=${WORDS.head.join("|")},cell=${WORDS.cell.join("|")},form=${WORDS.form.join("|")},M=`;

/**
 * Reads a list of shapes: names separated by commas, shapes of `key=value` by semicolons or blanks. Throws `ShapeError` with
 * the part that is wrong and what is allowed.
 */
export function parseShapes(text: string): readonly NamedShape[] {
  const shapes = text
    .split(/[;\s]+/)
    .filter((part) => part !== "")
    .flatMap((part) => (part.includes("=") ? [parseShape(part)] : part.split(",").map(findShape)));
  if (shapes.length === 0) throw new ShapeError(`no shape in "${text}"; allowed: ${SHAPE_HELP}`);
  return shapes;
}

/** A reported shape, `S1`, or one form of it, `S1:after`. */
function findShape(name: string): NamedShape {
  const [stem, form, ...rest] = name.split(":");
  const entry = Object.entries(NAMED).find(([known]) => known === stem);
  if (!entry || rest.length > 0) throw new ShapeError(`"${name}" is no shape; allowed: ${SHAPE_HELP}`);
  return { ...parseShape(form === undefined ? entry[1] : `${entry[1]},form=${form}`), name };
}

/** The value of a key that has a range; `fallback` where it is not written. */
function readNumber(fields: ReadonlyMap<string, string>, key: keyof typeof NUMBERS, fallback?: number): number {
  const text = fields.get(key);
  if (text === undefined && fallback !== undefined) return fallback;
  return readCount(key, text, NUMBERS[key]);
}

function readCount(key: string, text: string | undefined, largest: number): number {
  const value = /^\d+$/.test(text ?? "") ? Number(text) : Number.NaN;
  if (value >= 1 && value <= largest) return value;
  throw new ShapeError(`${key}= must be a whole number from 1 to ${largest}, not ${text ?? "left out"}`);
}

function readWord<Word extends string>(
  key: string,
  text: string | undefined,
  words: readonly Word[],
): Word | undefined {
  if (text === undefined) return undefined;
  const word = words.find((candidate) => candidate === text);
  if (word === undefined) throw new ShapeError(`${key}= must be ${words.join(" or ")}, not ${text}`);
  return word;
}

function readUnits(fields: ReadonlyMap<string, string>): readonly number[] {
  const units = (fields.get("H") ?? "").split("-").map((text) => readCount("H", text || undefined, LARGEST_H));
  const layers = readNumber(fields, "layers", units.length);
  if (units.length === 1) return Array.from({ length: layers }, () => units[0]!);
  if (units.length === layers) return units;
  throw new ShapeError(`H=${fields.get("H")} has ${units.length} layers and layers= says ${layers}`);
}

/** One shape of `key=value` parts. Its name is its canonical writing, so that equal shapes have equal names. */
function parseShape(text: string): NamedShape {
  const fields = new Map<string, string>();
  for (const part of text.split(",")) {
    const [key = "", value = "", ...rest] = part.split("=");
    const known = key === "H" || key in NUMBERS || key in WORDS;
    if (!known || rest.length > 0) throw new ShapeError(`"${part}" is no part of a shape; allowed: ${SHAPE_HELP}`);
    if (fields.has(key)) throw new ShapeError(`${key}= is written twice in "${text}"`);
    fields.set(key, value);
  }
  const form = readWord("form", fields.get("form"), WORDS.form);
  const M = readNumber(fields, "M", 1);
  const shape = {
    B: readNumber(fields, "B"),
    T: readNumber(fields, "T"),
    I: readNumber(fields, "I"),
    H: readUnits(fields),
    out: readNumber(fields, "out", 1),
    each: readWord("head", fields.get("head"), WORDS.head) === "every",
    loss: readWord("loss", fields.get("loss"), WORDS.loss) ?? "mse",
    cell: readWord("cell", fields.get("cell"), WORDS.cell) ?? "gru",
    ...(form && { form }),
    ...(M > 1 && { M }),
  };
  if (form && shape.cell !== "gru") throw new ShapeError(`form= belongs to a GRU, not to cell=${shape.cell}`);
  if (shape.loss === "ce" && shape.out < 2) throw new ShapeError("loss=ce needs out= of 2 or more classes, not 1");
  return { name: describeShape(shape), shape };
}

/** The canonical writing of a shape: every field, so that it can be read back. */
export function describeShape(shape: NamedShape["shape"]): string {
  const { B, T, I, H, out, each, loss, cell, form, M } = shape;
  const words = `out=${out},loss=${loss},head=${each ? "every" : "last"},cell=${cell}`;
  return `B=${B},T=${T},I=${I},H=${H.join("-")},${words}${form ? `,form=${form}` : ""}${M ? `,M=${M}` : ""}`;
}

/** The forms in which a shape is measured: a GRU in both unless it names one; other cells have one form. */
export function formsOf({ cell, form }: NamedShape["shape"]): readonly ResetForm[] {
  if (cell !== "gru") return ["after"];
  return form ? [form] : ["before", "after"];
}

/**
 * True where the inputs of a shape are symbols: a model that predicts a class at every step reads one-hot symbols, which
 * `data.tokens` then gives as ids too.
 */
export function readsTokens({ each, loss }: Pick<BenchShape, "each" | "loss">): boolean {
  return each && loss === "ce";
}
