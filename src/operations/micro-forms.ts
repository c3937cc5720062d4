/**
 * How `training-steps`, `micro`, computes operations: the routine of the kernel, the tensors and numbers it reads, in its
 * order, and how many loop trips its busiest lane makes. A Program with a call that has no form here is played call by call.
 */
import type { KernelScalar, Numbers } from "../core/operation.ts";
import { f32, u32 } from "./kernel-terms.ts";
import type { MicroRoutine } from "./training-steps.ts";

/** Units of a recurrence that the kernel can keep U for. */
const MAX_HELD_UNITS = 32;

/** One operation in the kernel's terms. Names are those of the WGSL, values those of the contract. */
export interface MicroForm {
  readonly routine: MicroRoutine;
  /** The contract's tensor for each of the routine's; null where it does not read one. */
  readonly tensors: Readonly<Record<string, string | null>>;
  /** Extents and constants from the call's numbers, as u32. */
  readonly words: (numbers: Numbers) => Numbers;
  /** Constants of the call, as f32, behind the words. */
  readonly floats?: readonly string[];
  /** Cells (one bit) and units that the kernel must be compiled for, where it matters. */
  readonly needs?: (numbers: Numbers) => { readonly CELLS: number; readonly UNITS: number };
  /** Run-time scalars, behind the constants. */
  readonly scalars?: readonly KernelScalar[];
  /** Loop trips of the busiest of `lanes` invocations, at most. */
  readonly trips: (numbers: Numbers, lanes: number) => number;
  /** False for calls that the routine cannot play; absent means it can play all. */
  readonly feasible?: (numbers: Numbers, lanes: number) => boolean;
}

/** A number of a call. The Program has been checked against the contract, so a missing one is a slip in this file. */
function get(numbers: Numbers, name: string): number {
  const value = numbers[name];
  if (value === undefined) throw new Error(`a micro form reads ${name}, which its operation does not have`);
  return value;
}

const pick =
  (...names: readonly string[]) =>
  (numbers: Numbers): Numbers =>
    Object.fromEntries(names.map((name) => [name, get(numbers, name)]));

const share = (work: number, lanes: number) => Math.ceil(work / lanes);

/** Tiles of 4 that hold `extent` elements. */
const fours = (extent: number) => Math.ceil(extent / 4);

const windows = (out: string): MicroForm => ({
  routine: "cut_windows",
  tensors: { rows: "rows", starts: "starts", out },
  words: ({ D = 1, ...numbers }) => ({ ...pick("T", "B")(numbers), D, ...pick("shift")(numbers) }),
  scalars: u32("slot", "live"),
  trips: ({ T = 1, B = 1, D = 1 }, lanes) => share(T * B * D, lanes),
});

interface Product {
  readonly tensors: MicroForm["tensors"];
  /** Names of the extents rows, columns and terms. */
  readonly extents: readonly [string, string, string];
  readonly strides: (numbers: Numbers) => Numbers;
  readonly biased?: true;
}

function product({ tensors, extents: [rows, columns, terms], strides, biased }: Product): MicroForm {
  return {
    routine: "multiply",
    tensors,
    words: (numbers) => ({
      rows: get(numbers, rows),
      columns: get(numbers, columns),
      terms: get(numbers, terms),
      ...strides(numbers),
      biased: biased ? 1 : 0,
    }),
    trips: (numbers, lanes) => {
      const tiles = Math.ceil(get(numbers, rows) / 8) * Math.ceil(get(numbers, columns) / 8);
      // Each of the two halves of 8 rows may be summed again, more precisely.
      return share(tiles, lanes) * (1 + get(numbers, terms) * (biased ? 17 : 1) + 8);
    },
  };
}

const PRODUCTS: Readonly<Record<string, MicroForm>> = {
  "project-forward": product({
    tensors: { left: "x", right: "W", bias: "b", out: "out" },
    extents: ["N", "C", "D"],
    strides: ({ xOffset = 0, xStride = 0, outOffset = 0, outStride = 0, C = 0 }) => ({
      ...{ leftOffset: xOffset, leftRow: xStride, leftTerm: 1 },
      ...{ rightOffset: 0, rightTerm: C, rightColumn: 1 },
      ...{ outOffset, outRow: outStride },
    }),
    biased: true,
  }),
  "input-gradient": product({
    tensors: { left: "da", right: "W", bias: null, out: "dx" },
    extents: ["N", "D", "C"],
    strides: ({ daOffset = 0, daStride = 0, dxOffset = 0, dxStride = 0, C = 0 }) => ({
      ...{ leftOffset: daOffset, leftRow: daStride, leftTerm: 1 },
      ...{ rightOffset: 0, rightTerm: 1, rightColumn: C },
      ...{ outOffset: dxOffset, outRow: dxStride },
    }),
  }),
  "weight-gradient": product({
    tensors: { left: "left", right: "right", bias: null, out: "dW" },
    extents: ["D", "C", "N"],
    strides: ({ leftOffset = 0, leftStride = 0, rightOffset = 0, rightStride = 0, outOffset = 0, outStride = 0 }) => ({
      ...{ leftOffset, leftRow: 1, leftTerm: leftStride },
      ...{ rightOffset, rightTerm: rightStride, rightColumn: 1 },
      ...{ outOffset, outRow: outStride },
    }),
  }),
};

const SUMS: Readonly<Record<string, MicroForm>> = {
  "bias-gradient": {
    routine: "sum_columns",
    tensors: { right: "right", db: "db" },
    words: pick("N", "C", "rightOffset", "rightStride", "outOffset"),
    trips: ({ N = 1, C = 1 }, lanes) => share(fours(C), lanes) * (1 + N),
  },
  ...{
    "mask-count": reduction(0, "N", { x: "mask", count: null, total: "count" }),
    "reduce-loss": reduction(1, "N", { x: "rowLoss", count: "count", total: "loss" }),
    "gradient-norm": reduction(2, "P", { x: "grads", count: null, total: "norm" }),
  },
};

function reduction(kind: number, extent: string, tensors: MicroForm["tensors"]): MicroForm {
  return {
    routine: "reduce",
    tensors,
    words: (numbers) => ({
      ...{ kind, N: get(numbers, extent) },
      ...{ perRow: numbers.perRow ?? 1, flagBit: numbers.flagBit ?? 0 },
    }),
    trips: (numbers, lanes) => share(fours(get(numbers, extent)), lanes) + lanes,
  };
}

/** Tables by id, forward and backward. */
const LOOK_UPS: Readonly<Record<string, MicroForm>> = {
  "gather-forward": {
    routine: "look_up",
    tensors: { ids: "ids", W: "W", b: "b", out: "out" },
    words: pick("N", "C", "outOffset", "outStride", "biased"),
    trips: ({ N = 1, C = 1 }, lanes) => share(N * fours(C), lanes),
  },
  "gather-backward": {
    routine: "add_by_id",
    tensors: { ids: "ids", da: "da", dW: "dW" },
    words: pick("N", "D", "C", "daOffset", "daStride", "padding"),
    trips: ({ N = 1, D = 1, C = 1 }, lanes) => share(fours(C), lanes) * (1 + D + N),
  },
};

/** A cell as the kernel numbers it. */
interface Cell {
  readonly cell: (numbers: Numbers) => number;
  /** Gates side by side in U, and slots of the record. */
  readonly gates: number;
  readonly slots: number;
  /** 1 where bu is added to h' U. */
  readonly biased: (numbers: Numbers) => number;
  /** Its second state. */
  readonly extra?: "c";
}

const CELLS: Readonly<Record<string, Cell>> = {
  gru: { cell: ({ reset = 0 }) => reset, gates: 3, slots: 4, biased: ({ reset = 0 }) => reset },
  lstm: { cell: () => 2, gates: 4, slots: 4, biased: () => 1, extra: "c" },
  ugrnn: { cell: () => 3, gates: 2, slots: 2, biased: () => 0 },
  rnn: { cell: () => 4, gates: 1, slots: 1, biased: () => 1 },
};

/** Batch rows that each lane's group of four units goes through. */
const rowsOfLane = ({ B = 1, H = 1 }: Numbers, lanes: number) => Math.ceil(B / Math.floor(lanes / fours(H)));

const fitsLanes = ({ H = 1, dropped = 0 }: Numbers, lanes: number) =>
  dropped === 0 && H <= MAX_HELD_UNITS && fours(H) <= lanes;

/** U is kept in 1, 2, 4 or 8 blocks of four terms. */
const needsOf = (cell: Cell["cell"]) => (numbers: Numbers) => ({
  CELLS: 2 ** cell(numbers),
  UNITS: 4 * 2 ** Math.ceil(Math.log2(fours(get(numbers, "H")))),
});

const holdTrips = (gates: number) => gates * 9;

function runForward(name: string, { cell, gates, slots, biased, extra }: Cell): MicroForm {
  const bu = name === "gru" || name === "lstm" || name === "rnn" ? "bu" : null;
  return {
    routine: "run_forward",
    tensors: { h: "h", record: "record", U: "U", bu, mask: "mask", c: extra ?? null },
    words: (numbers) => ({
      cell: cell(numbers),
      ...pick("B", "H")(numbers),
      ...{ gates, slots, biased: biased(numbers), activation: numbers.activation ?? 0 },
      ...pick("flagBit", "reverse", "masked", "fromStep", "toStep")(numbers),
    }),
    trips: (numbers, lanes) => {
      const { fromStep = 1, toStep = 1, H = 1 } = numbers;
      const steps = Math.abs(toStep - fromStep) + 1;
      // Twice through the rows where the reset gate goes before; every gate may be summed again, more precisely.
      return holdTrips(gates) + steps * (1 + rowsOfLane(numbers, lanes) * (2 + gates * H));
    },
    needs: needsOf(cell),
    feasible: fitsLanes,
  };
}

function runBackward(name: string, { cell, gates, slots, extra }: Cell): MicroForm {
  return {
    routine: "run_backward",
    tensors: {
      ...{ h: name === "lstm" ? null : "h", record: "record", U: "U", mask: "mask", dh: "dh" },
      ...{ c: extra ?? null, dc: extra ? "dc" : null },
    },
    words: (numbers) => ({
      cell: cell(numbers),
      ...pick("T", "B", "H")(numbers),
      ...{ gates, slots, activation: numbers.activation ?? 0 },
      ...pick("reverse", "masked", "fromRow", "toRow", "upstream")(numbers),
      cellUpstream: numbers.cellUpstream ?? 0,
    }),
    trips: (numbers, lanes) => {
      const { fromRow = 0, toRow = 0 } = numbers;
      return holdTrips(gates) + (Math.abs(fromRow - toRow) + 1) * (1 + 2 * rowsOfLane(numbers, lanes));
    },
    needs: needsOf(cell),
    feasible: fitsLanes,
  };
}

const RECURRENCES: Readonly<Record<string, MicroForm>> = Object.fromEntries(
  Object.entries(CELLS).flatMap(([name, cell]) => [
    [`${name}-forward`, runForward(name, cell)],
    [`${name}-backward`, runBackward(name, cell)],
  ]),
);

function loss(routine: MicroRoutine, sweeps: number, floats: readonly string[] = []): MicroForm {
  return {
    routine,
    tensors: {
      ...{ logits: "logits", target: "target", mask: "mask", count: "count", rowLoss: "rowLoss", dlogits: "dlogits" },
    },
    words: pick("N", "V", "pOffset", "pStride", "dOffset", "dStride", "flagBit"),
    floats,
    trips: ({ N = 1, V = 1 }, lanes) => share(N, lanes) * (1 + sweeps * V),
  };
}

function optimizer(routine: MicroRoutine, constants: readonly string[], scalars: readonly KernelScalar[]): MicroForm {
  return {
    routine,
    tensors: { grads: "grads", params: "params", state: "state", norm: "norm", loss: "loss", metrics: "metrics" },
    words: pick("P", ...constants),
    scalars,
    trips: ({ P = 1 }, lanes) => share(fours(P), lanes),
  };
}

const CLIPPING = ["learningRate", "clip", "clipValue", "l1"] as const;

const OPTIMIZERS: Readonly<Record<string, MicroForm>> = {
  "optimizer-sgd": optimizer(
    "descend_sgd",
    [],
    [...u32("slot", "first", "nesterov"), ...f32(...CLIPPING, "momentum", "weightDecay")],
  ),
  "optimizer-adam": optimizer(
    "descend_adam",
    ["amsgrad"],
    [
      ...u32("slot"),
      ...f32(...CLIPPING, "l2", "decay", "beta1", "beta2", "gain1", "gain2", "epsilon", "correction1", "correction2"),
    ],
  ),
  "optimizer-rmsprop": optimizer(
    "descend_rmsprop",
    ["meanRow", "bufferRow"],
    [...u32("slot"), ...f32(...CLIPPING, "weightDecay", "alpha", "gain", "epsilon", "momentum")],
  ),
};

/** Every operation that the kernel can compute, by name. */
export const MICRO_FORMS: Readonly<Record<string, MicroForm | undefined>> = {
  "batch-gather": windows("x"),
  "batch-gather-ids": windows("ids"),
  ...PRODUCTS,
  ...SUMS,
  ...LOOK_UPS,
  ...RECURRENCES,
  "loss-mse": loss("lose_squares", 1),
  "loss-bce": loss("lose_bits", 1, ["positiveWeight"]),
  "loss-ce": loss("lose_classes", 3, ["smoothing"]),
  ...OPTIMIZERS,
};
