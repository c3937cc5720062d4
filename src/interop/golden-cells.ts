/**
 * Cells of golden files ↔ the house's layout: names, order of the gate blocks, transposed matrices and the sign of z.
 * `gru_v1_φ` and `mgu` (our UGRNN) have matrices on [h, x] and our sign of z. `gru_v3`, `lstm` and `rnn_φ` are PyTorch's;
 * in `gru_v3` z near 1 KEEPS, which is our model with the z weights and biases negated and z shown as 1 − z.
 */
import type { RecurrentLayer } from "../core/layer-choice.ts";
import { swapLeadingAxes } from "./golden-file.ts";

/** How a record slot of a cell appears in a file: v ↦ offset + sign · v. */
interface RecordView {
  readonly slot: number;
  readonly sign: 1 | -1;
  readonly offset: number;
}

/** One gate block: its place in the file is its place in the list, `gate` is ours; `sign` holds for weights and da. */
interface GateBlock {
  readonly suffix: string;
  readonly gate: number;
  readonly sign: 1 | -1;
}

/** How a kind is written: one matrix on [h, x] per gate, or PyTorch's two stacks of rows with a bias each. */
interface GoldenForm {
  readonly layer: (units: number) => RecurrentLayer;
  readonly style: "joined" | "stacked";
  readonly blocks: readonly GateBlock[];
  /** Slots of the record (see the cell's operations). */
  readonly slots: number;
  /** What is read off the record after the forward pass, and besides `d_a_*` after the backward pass, in the file's names. */
  readonly gates: ReadonlyMap<string, RecordView>;
  readonly gradients: ReadonlyMap<string, RecordView>;
}

const plain = (slot: number): RecordView => ({ slot, sign: 1, offset: 0 });
const block = (suffix: string, gate: number, sign: 1 | -1 = 1): GateBlock => ({ suffix, gate, sign });

function gradientViews(blocks: readonly GateBlock[]): ReadonlyMap<string, RecordView> {
  return new Map(
    blocks.map(({ suffix, gate, sign }) => [suffix === "" ? "d_a" : `d_a_${suffix}`, { slot: gate, sign, offset: 0 }]),
  );
}

const V1_BLOCKS = [block("z", 0), block("r", 1), block("h", 2)];
const V3_BLOCKS = [block("r", 1), block("z", 0, -1), block("n", 2)];
const LSTM_BLOCKS = [block("i", 0), block("f", 1), block("g", 2), block("o", 3)];
const MGU_BLOCKS = [block("z", 0), block("h", 1)];
const RNN_BLOCKS = [block("", 0)];

const gruV1 = (activation: "tanh" | "relu"): GoldenForm => ({
  layer: (units) => ({ cell: "gru", reset: "before", activation, units }),
  style: "joined",
  blocks: V1_BLOCKS,
  slots: 4,
  gates: new Map([
    ["z", plain(0)],
    ["r", plain(1)],
    ["htilde", plain(2)],
  ]),
  gradients: gradientViews(V1_BLOCKS),
});

const rnn = (activation: "tanh" | "relu"): GoldenForm => ({
  layer: (units) => ({ cell: "rnn", activation, units }),
  style: "stacked",
  blocks: RNN_BLOCKS,
  slots: 1,
  gates: new Map(),
  gradients: gradientViews(RNN_BLOCKS),
});

const FORMS = {
  gru_v1_tanh: gruV1("tanh"),
  gru_v1_relu: gruV1("relu"),
  gru_v3: {
    layer: (units) => ({ cell: "gru", reset: "after", activation: "tanh", units }),
    style: "stacked",
    blocks: V3_BLOCKS,
    slots: 4,
    gates: new Map([
      ["z", { slot: 0, sign: -1, offset: 1 }],
      ["r", plain(1)],
      ["n", plain(2)],
      ["hn", plain(3)],
    ]),
    gradients: new Map([...gradientViews(V3_BLOCKS), ["d_hn", plain(3)]]),
  },
  lstm: {
    layer: (units) => ({ cell: "lstm", units }),
    style: "stacked",
    blocks: LSTM_BLOCKS,
    slots: 4,
    gates: new Map(LSTM_BLOCKS.map(({ suffix, gate }) => [suffix, plain(gate)])),
    gradients: gradientViews(LSTM_BLOCKS),
  },
  mgu: {
    layer: (units) => ({ cell: "ugrnn", units }),
    style: "joined",
    blocks: MGU_BLOCKS,
    slots: 2,
    gates: new Map([
      ["z", plain(0)],
      ["htilde", plain(1)],
    ]),
    gradients: gradientViews(MGU_BLOCKS),
  },
  rnn_tanh: rnn("tanh"),
  rnn_relu: rnn("relu"),
} as const satisfies Readonly<Record<string, GoldenForm>>;

/** A kind of cell in the golden files. */
export type GoldenCellKind = keyof typeof FORMS;

const formOf = (kind: GoldenCellKind): GoldenForm => FORMS[kind];

/** Says whether a kind of the files is a cell that the house has. */
export function isGoldenCell(kind: string): kind is GoldenCellKind {
  return Object.hasOwn(FORMS, kind);
}

/** The layer of an experiment that computes this kind. */
export function layerOfGolden(kind: GoldenCellKind, units: number): RecurrentLayer {
  return formOf(kind).layer(units);
}

type Floats = Float32Array<ArrayBuffer>;

/** One slot of a record [T, B, slots, H] as a file stores it, [B, T, H]. */
function cutSlot(
  record: ArrayLike<number>,
  slots: number,
  view: RecordView,
  { T, B, H }: { readonly T: number; readonly B: number; readonly H: number },
): Floats {
  const slot = new Float32Array(T * B * H);
  for (let row = 0; row < T * B; row++) {
    for (let j = 0; j < H; j++) {
      slot[row * H + j] = view.offset + view.sign * (record[(row * slots + view.slot) * H + j] ?? 0);
    }
  }
  return swapLeadingAxes(slot, { outer: T, inner: B, width: H });
}

/**
 * What a file holds per step that the record holds, [B, T, H] each in the file's names: the gates, read off the record
 * after the forward pass, or the gradients of pre-activations and the like, read off it after the backward pass.
 */
export function goldenFromRecord(
  kind: GoldenCellKind,
  after: "forward" | "backward",
  record: ArrayLike<number>,
  extents: { readonly T: number; readonly B: number; readonly H: number },
): ReadonlyMap<string, Floats> {
  const { slots, gates, gradients } = formOf(kind);
  const views = after === "forward" ? gates : gradients;
  return new Map([...views].map(([name, view]) => [name, cutSlot(record, slots, view, extents)]));
}

/** Extents of one layer's parameters: D features in, H units. */
export interface LayerExtents {
  readonly D: number;
  readonly H: number;
}

/** One number of a parameter: where the file has it, where the house has it, and the sign between them. */
interface Entry {
  readonly golden: string;
  readonly goldenIndex: number;
  /** `W` [D, G·H], `U` [H, G·H], `b` [G·H] or `bu` [G·H], with G gate blocks. */
  readonly house: string;
  readonly houseIndex: number;
  readonly sign: 1 | -1;
}

/** `W_g` [H, H+D] acts on [h, x]: its first H columns are ours of U, transposed, the others ours of W. */
function* joinedEntries(blocks: readonly GateBlock[], { D, H }: LayerExtents): Generator<Entry> {
  const width = blocks.length * H;
  for (const { suffix, gate, sign } of blocks) {
    for (let j = 0; j < H; j++) {
      const column = gate * H + j;
      yield { golden: `b_${suffix}`, goldenIndex: j, house: "b", houseIndex: column, sign };
      for (let k = 0; k < H + D; k++) {
        const house = k < H ? "U" : "W";
        const row = k < H ? k : k - H;
        const goldenIndex = j * (H + D) + k;
        yield { golden: `W_${suffix}`, goldenIndex, house, houseIndex: row * width + column, sign };
      }
    }
  }
}

/** PyTorch stacks the blocks in rows: `weight_ih` [G·H, D], `weight_hh` [G·H, H], and two biases [G·H]. */
function* stackedEntries(blocks: readonly GateBlock[], { D, H }: LayerExtents): Generator<Entry> {
  const width = blocks.length * H;
  for (const [index, { gate, sign }] of blocks.entries()) {
    for (let j = 0; j < H; j++) {
      const row = index * H + j;
      const column = gate * H + j;
      yield { golden: "bias_ih", goldenIndex: row, house: "b", houseIndex: column, sign };
      yield { golden: "bias_hh", goldenIndex: row, house: "bu", houseIndex: column, sign };
      for (let d = 0; d < D; d++) {
        yield { golden: "weight_ih", goldenIndex: row * D + d, house: "W", houseIndex: d * width + column, sign };
      }
      for (let k = 0; k < H; k++) {
        yield { golden: "weight_hh", goldenIndex: row * H + k, house: "U", houseIndex: k * width + column, sign };
      }
    }
  }
}

/** Every number of a layer's parameters. The map is linear, so it serves gradients as well. */
function entriesOf(kind: GoldenCellKind, extents: LayerExtents): Iterable<Entry> {
  const { style, blocks } = formOf(kind);
  return style === "stacked" ? stackedEntries(blocks, extents) : joinedEntries(blocks, extents);
}

/** A file's parameters of one layer as the house's W, U, b and, in PyTorch's kinds, bu. Null where the file lacks a number. */
export function parametersFromGolden(
  kind: GoldenCellKind,
  extents: LayerExtents,
  golden: (name: string) => ArrayLike<number> | undefined,
): ReadonlyMap<string, Floats> | null {
  const { D, H } = extents;
  const { style, blocks } = formOf(kind);
  const width = blocks.length * H;
  const house = new Map([
    ["W", new Float32Array(D * width)],
    ["U", new Float32Array(H * width)],
    ["b", new Float32Array(width)],
  ]);
  if (style === "stacked") house.set("bu", new Float32Array(width));
  for (const entry of entriesOf(kind, extents)) {
    const value = golden(entry.golden)?.[entry.goldenIndex];
    const target = house.get(entry.house);
    if (value === undefined || target === undefined) return null;
    target[entry.houseIndex] = entry.sign * value;
  }
  return house;
}

/** The house's parameters or parameter gradients of one layer under the file's names, flat and row-major. */
export function parametersToGolden(
  kind: GoldenCellKind,
  extents: LayerExtents,
  house: (name: string) => ArrayLike<number>,
): ReadonlyMap<string, Floats> {
  const lists = new Map<string, number[]>();
  for (const entry of entriesOf(kind, extents)) {
    const list = lists.get(entry.golden) ?? [];
    lists.set(entry.golden, list);
    list[entry.goldenIndex] = entry.sign * (house(entry.house)[entry.houseIndex] ?? Number.NaN);
  }
  return new Map([...lists].map(([name, list]) => [name, Float32Array.from(list)]));
}
