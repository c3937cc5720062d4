/**
 * GRUs of golden files ↔ the house's layout: names, order of the gate blocks, transposed matrices and the sign of z.
 * `gru_v1_φ` is the reset-before form with matrices on [h, x] and our sign of z. `gru_v3` is PyTorch's reset-after form:
 * blocks r, z, n and z near 1 KEEPS, which is our model with the z weights and biases negated and z shown as 1 − z.
 */
import type { LayerChoice } from "../core/experiment.ts";
import { swapLeadingAxes } from "./golden-file.ts";

/** A GRU kind of the golden files. */
export type GoldenGruKind = "gru_v1_tanh" | "gru_v1_relu" | "gru_v3";

/** How a record slot (see `gru-forward`, `gru-backward`) appears in a file: v ↦ offset + sign · v. */
interface RecordView {
  readonly slot: number;
  readonly sign: 1 | -1;
  readonly offset: number;
}

/** One gate block of a kind: `block` counts in the file, `gate` in our packing z|r|n; `sign` holds for weights and da. */
interface GateBlock {
  readonly suffix: string;
  readonly gate: number;
  readonly sign: 1 | -1;
}

const V1_BLOCKS: readonly GateBlock[] = [
  { suffix: "z", gate: 0, sign: 1 },
  { suffix: "r", gate: 1, sign: 1 },
  { suffix: "h", gate: 2, sign: 1 },
];
const V3_BLOCKS: readonly GateBlock[] = [
  { suffix: "r", gate: 1, sign: 1 },
  { suffix: "z", gate: 0, sign: -1 },
  { suffix: "n", gate: 2, sign: 1 },
];
const V1_GATES: ReadonlyMap<string, RecordView> = new Map([
  ["z", { slot: 0, sign: 1, offset: 0 }],
  ["r", { slot: 1, sign: 1, offset: 0 }],
  ["htilde", { slot: 2, sign: 1, offset: 0 }],
]);
const V3_GATES: ReadonlyMap<string, RecordView> = new Map([
  ["z", { slot: 0, sign: -1, offset: 1 }],
  ["r", { slot: 1, sign: 1, offset: 0 }],
  ["n", { slot: 2, sign: 1, offset: 0 }],
  ["hn", { slot: 3, sign: 1, offset: 0 }],
]);
const V1_GRADIENTS = gradientViews(V1_BLOCKS);
const V3_GRADIENTS = new Map<string, RecordView>([
  ...gradientViews(V3_BLOCKS),
  ["d_hn", { slot: 3, sign: 1, offset: 0 }],
]);

function gradientViews(blocks: readonly GateBlock[]): ReadonlyMap<string, RecordView> {
  return new Map(blocks.map(({ suffix, gate, sign }) => [`d_a_${suffix}`, { slot: gate, sign, offset: 0 }]));
}

/** Says whether a kind of the files is a GRU that the house has. */
export function isGoldenGru(kind: string): kind is GoldenGruKind {
  return kind === "gru_v1_tanh" || kind === "gru_v1_relu" || kind === "gru_v3";
}

/** The layer of an experiment that computes this kind. */
export function layerOfGolden(kind: GoldenGruKind, units: number): LayerChoice {
  return {
    cell: "gru",
    reset: kind === "gru_v3" ? "after" : "before",
    activation: kind === "gru_v1_relu" ? "relu" : "tanh",
    units,
  };
}

/** Per-step tensors of a file that are read off the record after the forward pass, in the file's names. */
export function goldenGates(kind: GoldenGruKind): ReadonlyMap<string, RecordView> {
  return kind === "gru_v3" ? V3_GATES : V1_GATES;
}

/** Per-step gradients of a file that are read off the record after the backward pass, in the file's names. */
export function goldenRecordGradients(kind: GoldenGruKind): ReadonlyMap<string, RecordView> {
  return kind === "gru_v3" ? V3_GRADIENTS : V1_GRADIENTS;
}

/** One slot of a record [T, B, 4, H] as a file stores it, [B, T, H]. */
export function goldenFromRecord(
  record: ArrayLike<number>,
  view: RecordView,
  extents: { readonly T: number; readonly B: number; readonly H: number },
): Float32Array<ArrayBuffer> {
  const { T, B, H } = extents;
  const slot = new Float32Array(T * B * H);
  for (let row = 0; row < T * B; row++) {
    for (let j = 0; j < H; j++) {
      slot[row * H + j] = view.offset + view.sign * (record[(row * 4 + view.slot) * H + j] ?? 0);
    }
  }
  return swapLeadingAxes(slot, { outer: T, inner: B, width: H });
}

/** Extents of one layer's parameters: D features in, H units. */
export interface GruExtents {
  readonly D: number;
  readonly H: number;
}

/** One number of a parameter: where the file has it, where the house has it, and the sign between them. */
interface Entry {
  readonly golden: string;
  readonly goldenIndex: number;
  /** `W` [D, 3H], `U` [H, 3H], `b` [3H] or `bu` [3H]. */
  readonly house: string;
  readonly houseIndex: number;
  readonly sign: 1 | -1;
}

/** `W_g` [H, H+D] acts on [h, x]: its first H columns are ours of U, transposed, the others ours of W. */
function* v1Entries({ D, H }: GruExtents): Generator<Entry> {
  for (const { suffix, gate, sign } of V1_BLOCKS) {
    for (let j = 0; j < H; j++) {
      const column = gate * H + j;
      yield { golden: `b_${suffix}`, goldenIndex: j, house: "b", houseIndex: column, sign };
      for (let k = 0; k < H + D; k++) {
        const house = k < H ? "U" : "W";
        const row = k < H ? k : k - H;
        const goldenIndex = j * (H + D) + k;
        yield { golden: `W_${suffix}`, goldenIndex, house, houseIndex: row * 3 * H + column, sign };
      }
    }
  }
}

/** PyTorch stacks the blocks in rows: `weight_ih` [3H, D], `weight_hh` [3H, H], and two biases [3H]. */
function* v3Entries({ D, H }: GruExtents): Generator<Entry> {
  for (const [block, { gate, sign }] of V3_BLOCKS.entries()) {
    for (let j = 0; j < H; j++) {
      const row = block * H + j;
      const column = gate * H + j;
      yield { golden: "bias_ih", goldenIndex: row, house: "b", houseIndex: column, sign };
      yield { golden: "bias_hh", goldenIndex: row, house: "bu", houseIndex: column, sign };
      for (let d = 0; d < D; d++) {
        yield { golden: "weight_ih", goldenIndex: row * D + d, house: "W", houseIndex: d * 3 * H + column, sign };
      }
      for (let k = 0; k < H; k++) {
        yield { golden: "weight_hh", goldenIndex: row * H + k, house: "U", houseIndex: k * 3 * H + column, sign };
      }
    }
  }
}

/** Every number of a layer's parameters. The map is linear, so it serves gradients as well. */
function entriesOf(kind: GoldenGruKind, extents: GruExtents): Iterable<Entry> {
  return kind === "gru_v3" ? v3Entries(extents) : v1Entries(extents);
}

/** A file's parameters of one layer as the house's W, U, b and, reset after, bu. Null where the file lacks a number. */
export function parametersFromGolden(
  kind: GoldenGruKind,
  extents: GruExtents,
  golden: (name: string) => ArrayLike<number> | undefined,
): ReadonlyMap<string, Float32Array<ArrayBuffer>> | null {
  const { D, H } = extents;
  const house = new Map([
    ["W", new Float32Array(D * 3 * H)],
    ["U", new Float32Array(H * 3 * H)],
    ["b", new Float32Array(3 * H)],
  ]);
  if (kind === "gru_v3") house.set("bu", new Float32Array(3 * H));
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
  kind: GoldenGruKind,
  extents: GruExtents,
  house: (name: string) => ArrayLike<number>,
): ReadonlyMap<string, Float32Array<ArrayBuffer>> {
  const lists = new Map<string, number[]>();
  for (const entry of entriesOf(kind, extents)) {
    const list = lists.get(entry.golden) ?? [];
    lists.set(entry.golden, list);
    list[entry.goldenIndex] = entry.sign * (house(entry.house)[entry.houseIndex] ?? Number.NaN);
  }
  return new Map([...lists].map(([name, list]) => [name, Float32Array.from(list)]));
}
