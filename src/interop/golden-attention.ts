/**
 * Attention, combination and head of golden files ↔ the house's layout. A file's matrices act on columns, ours on rows, so
 * every one is transposed; `W_k` and `W_v` of the projected form stand side by side in our `Wkv`, and what a file applies to
 * [c, s] we apply to [s, c].
 */
import type { AttentionChoice } from "../core/attention-choice.ts";

/** A block of a file's matrix [columns, rows…] and where it stands, transposed, in one of ours. */
export interface TransposedBlock {
  readonly golden: string;
  /** Length of a row of the file's matrix, and the first column that belongs to the block. */
  readonly goldenStride: number;
  readonly goldenColumn: number;
  /** Segment name. */
  readonly house: string;
  /** Length of a row of ours, and where the block begins. */
  readonly houseStride: number;
  readonly houseRow: number;
  readonly houseColumn: number;
  /** Extents of the block as ours: inputs and outputs. */
  readonly rows: number;
  readonly columns: number;
}

type Floats = Float32Array<ArrayBuffer>;

/** A whole matrix: [columns, rows] in the file, [rows, columns] here. A vector has one row. */
function whole(golden: string, house: string, rows: number, columns: number): TransposedBlock {
  const starts = { goldenColumn: 0, houseRow: 0, houseColumn: 0 };
  return { golden, goldenStride: rows, house, houseStride: columns, ...starts, rows, columns };
}

/** The parameters of attention under names that begin with `prefix` in the file. */
export function attentionBlocks(
  choice: AttentionChoice,
  { query, source }: { readonly query: number; readonly source: number },
  prefix: string,
): readonly TransposedBlock[] {
  if (choice.score === "dot") return [];
  const A = choice.width;
  const Wq = whole(`${prefix}W_q`, "attention.Wq", query, A);
  if (choice.score === "additive") {
    return [
      Wq,
      whole(`${prefix}W_k`, "attention.Wk", source, A),
      whole(`${prefix}b_a`, "attention.ba", 1, A),
      whole(`${prefix}v`, "attention.v", 1, A),
    ];
  }
  const side = { houseStride: A + choice.valueWidth };
  return [
    Wq,
    { ...whole(`${prefix}W_k`, "attention.Wkv", source, A), ...side },
    { ...whole(`${prefix}W_v`, "attention.Wkv", source, choice.valueWidth), ...side, houseColumn: A },
  ];
}

/** Widths behind a readout: state, context, outputs. */
export interface ReadoutWidths {
  readonly H: number;
  readonly E: number;
  readonly V: number;
}

/** `out.*`, and `comb.*` where the file's decoder combines. */
export function readoutBlocks(style: "bahdanau" | "luong", { H, E, V }: ReadoutWidths): readonly TransposedBlock[] {
  const bias = whole("out.b", "head.b", 1, V);
  if (style === "bahdanau") return [whole("out.W", "head.W", H + E, V), bias];
  const combine = { golden: "comb.W", goldenStride: E + H, house: "combine.W", houseStride: H, houseColumn: 0 };
  return [
    { ...combine, goldenColumn: E, houseRow: 0, rows: H, columns: H },
    { ...combine, goldenColumn: 0, houseRow: H, rows: E, columns: H },
    whole("comb.b", "combine.b", 1, H),
    whole("out.W", "head.W", H, V),
    bias,
  ];
}

/** Pairs of indices, the file's and ours. */
function* pairsOf(block: TransposedBlock): Generator<readonly [golden: number, house: number]> {
  const { goldenStride, goldenColumn, houseStride, houseRow, houseColumn, rows, columns } = block;
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const house = (houseRow + row) * houseStride + houseColumn + column;
      yield [column * goldenStride + goldenColumn + row, house];
    }
  }
}

/** Our segments by name from a file's tensors; null where the file lacks a number. */
export function blocksFromGolden(
  blocks: readonly TransposedBlock[],
  golden: (name: string) => ArrayLike<number> | undefined,
): ReadonlyMap<string, Floats> | null {
  const lists = new Map<string, number[]>();
  for (const block of blocks) {
    const list = lists.get(block.house) ?? [];
    lists.set(block.house, list);
    for (const [from, to] of pairsOf(block)) {
      const value = golden(block.golden)?.[from];
      if (value === undefined) return null;
      list[to] = value;
    }
  }
  return new Map([...lists].map(([name, list]) => [name, Float32Array.from(list)]));
}

/** A file's tensors by name from our segments. The map is linear, so it serves gradients as well. */
export function blocksToGolden(
  blocks: readonly TransposedBlock[],
  house: (name: string) => ArrayLike<number>,
): ReadonlyMap<string, Floats> {
  const lists = new Map<string, number[]>();
  for (const block of blocks) {
    const list = lists.get(block.golden) ?? [];
    lists.set(block.golden, list);
    for (const [to, from] of pairsOf(block)) list[to] = house(block.house)[from] ?? Number.NaN;
  }
  return new Map([...lists].map(([name, list]) => [name, Float32Array.from(list)]));
}
