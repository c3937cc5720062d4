/** Layouts of golden cells: what is stated in words is checked number by number, and the way back undoes the way in. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type GoldenCellKind,
  goldenFromRecord,
  layerOfGolden,
  parametersFromGolden,
  parametersToGolden,
} from "./golden-cells.ts";
import { swapLeadingAxes } from "./golden-file.ts";

const D = 2;
const H = 3;
const KINDS: readonly GoldenCellKind[] = [
  "gru_v1_tanh",
  "gru_v1_relu",
  "gru_v3",
  "lstm",
  "mgu",
  "rnn_tanh",
  "rnn_relu",
];

/** Gates of the kinds with one matrix on [h, x] for each. */
const JOINED: Readonly<Partial<Record<GoldenCellKind, readonly string[]>>> = {
  gru_v1_tanh: ["z", "r", "h"],
  gru_v1_relu: ["z", "r", "h"],
  mgu: ["z", "h"],
};

/** Parameter shapes as golden files have them. */
function namesOf(kind: GoldenCellKind, extents: { D: number; H: number }): ReadonlyMap<string, number> {
  const { D: features, H: units } = extents;
  const suffixes = JOINED[kind];
  if (suffixes) {
    const matrix = units * (units + features);
    return new Map([
      ...suffixes.map((suffix) => [`W_${suffix}`, matrix] as const),
      ...suffixes.map((suffix) => [`b_${suffix}`, units] as const),
    ]);
  }
  const width = (kind === "gru_v3" ? 3 : kind === "lstm" ? 4 : 1) * units;
  return new Map([
    ["weight_ih", width * features],
    ["weight_hh", width * units],
    ["bias_ih", width],
    ["bias_hh", width],
  ]);
}

function counting(kind: GoldenCellKind, extents = { D, H }): ReadonlyMap<string, Float32Array> {
  let next = 1;
  return new Map(
    [...namesOf(kind, extents)].map(([name, length]) => [name, Float32Array.from({ length }, () => next++)]),
  );
}

describe("parameters", () => {
  it.each(KINDS)("of %s come back from the house as they were", (kind) => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 5 }), (features, units) => {
        const extents = { D: features, H: units };
        const golden = counting(kind, extents);
        const house = parametersFromGolden(kind, extents, (name) => golden.get(name));
        const back = parametersToGolden(kind, extents, (name) => house?.get(name) ?? []);
        expect(new Map(back)).toEqual(golden);
      }),
    );
  });

  it("of the reset-before form act on [h, x] and keep the sign of z", () => {
    const golden = counting("gru_v1_tanh");
    const house = parametersFromGolden("gru_v1_tanh", { D, H }, (name) => golden.get(name));
    for (const [gate, name] of ["W_z", "W_r", "W_h"].entries()) {
      for (let j = 0; j < H; j++) {
        const row = golden.get(name)?.slice(j * (H + D), (j + 1) * (H + D)) ?? [];
        for (let k = 0; k < H; k++) expect(house?.get("U")?.[k * 3 * H + gate * H + j]).toBe(row[k]);
        for (let d = 0; d < D; d++) expect(house?.get("W")?.[d * 3 * H + gate * H + j]).toBe(row[H + d]);
      }
    }
    expect(house?.get("b")?.slice(0, H)).toEqual(golden.get("b_z"));
    expect(house?.has("bu")).toBe(false);
  });

  it("of PyTorch's form change r, z, n into z, r, n with z negated", () => {
    const golden = counting("gru_v3");
    const house = parametersFromGolden("gru_v3", { D, H }, (name) => golden.get(name));
    const blocks = (name: string) => [0, 1, 2].map((k) => [...(golden.get(name)?.slice(k * H, (k + 1) * H) ?? [])]);
    for (const [theirs, ours] of [
      ["bias_ih", "b"],
      ["bias_hh", "bu"],
    ] as const) {
      const [r = [], z = [], n = []] = blocks(theirs);
      expect([...(house?.get(ours) ?? [])]).toEqual([...z.map((value) => -value), ...r, ...n]);
    }
    const secondRowOfZ = golden.get("weight_hh")?.slice((H + 1) * H, (H + 2) * H) ?? [];
    for (let k = 0; k < H; k++) expect(house?.get("U")?.[k * 3 * H + 1]).toBe(-(secondRowOfZ[k] ?? Number.NaN));
  });

  it("are null where the file lacks one or is too short", () => {
    const golden = new Map(counting("gru_v3"));
    golden.set("bias_hh", new Float32Array(3 * H - 1));
    expect(parametersFromGolden("gru_v3", { D, H }, (name) => golden.get(name))).toBeNull();
    golden.delete("bias_hh");
    expect(parametersFromGolden("gru_v3", { D, H }, (name) => golden.get(name))).toBeNull();
  });
});

describe("records", () => {
  // [T = 2, B = 1, 4, H = 1], slots z | r | n | q of step 0, then of step 1
  const record = Float32Array.of(0.25, 0.5, -1, 2, 0.75, 1, 3, 4);
  const extents = { T: 2, B: 1, H: 1 };
  const read = (kind: GoldenCellKind, after: "forward" | "backward") =>
    Object.fromEntries(
      [...goldenFromRecord(kind, after, record, extents)].map(([name, values]) => [name, [...values]]),
    );

  it("show our gates under the names of each kind, PyTorch's z as 1 − z", () => {
    expect(read("gru_v1_tanh", "forward")).toEqual({ z: [0.25, 0.75], r: [0.5, 1], htilde: [-1, 3] });
    expect(read("gru_v3", "forward")).toEqual({ z: [0.75, 0.25], r: [0.5, 1], n: [-1, 3], hn: [2, 4] });
  });

  it("show gradients of pre-activations, PyTorch's da_z negated", () => {
    expect(read("gru_v1_relu", "backward")).toEqual({
      d_a_z: [0.25, 0.75],
      d_a_r: [0.5, 1],
      d_a_h: [-1, 3],
    });
    expect(read("gru_v3", "backward")).toEqual({
      d_a_z: [-0.25, -0.75],
      d_a_r: [0.5, 1],
      d_a_n: [-1, 3],
      d_hn: [2, 4],
    });
  });
});

describe("records of other widths", () => {
  it("are cut by the slots of their cell", () => {
    const extents = { T: 2, B: 1, H: 1 };
    const two = goldenFromRecord("mgu", "forward", [0.25, -1, 0.75, 3], extents);
    expect([...two].map(([name, values]) => [name, ...values])).toEqual([
      ["z", 0.25, 0.75],
      ["htilde", -1, 3],
    ]);
    const one = goldenFromRecord("rnn_tanh", "backward", [5, 7], extents);
    expect([...one].map(([name, values]) => [name, ...values])).toEqual([["d_a", 5, 7]]);
    expect(goldenFromRecord("rnn_tanh", "forward", [5, 7], extents).size).toBe(0);
  });
});

describe("axes", () => {
  it("are swapped from batch-first to time-major", () => {
    const batchFirst = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]; // [B = 2, T = 3, 2]
    const timeMajor = swapLeadingAxes(batchFirst, { outer: 2, inner: 3, width: 2 });
    expect([...timeMajor]).toEqual([1, 2, 7, 8, 3, 4, 9, 10, 5, 6, 11, 12]);
    expect([...swapLeadingAxes(timeMajor, { outer: 3, inner: 2, width: 2 })]).toEqual(batchFirst);
  });
});

describe("layers", () => {
  it("are those of an experiment", () => {
    const layer = { cell: "gru", units: 4 };
    expect(layerOfGolden("gru_v1_tanh", 4)).toEqual({ ...layer, reset: "before", activation: "tanh" });
    expect(layerOfGolden("gru_v1_relu", 4)).toEqual({ ...layer, reset: "before", activation: "relu" });
    expect(layerOfGolden("gru_v3", 4)).toEqual({ ...layer, reset: "after", activation: "tanh" });
    expect(layerOfGolden("mgu", 4)).toEqual({ cell: "ugrnn", units: 4 });
    expect(layerOfGolden("rnn_relu", 4)).toEqual({ cell: "rnn", activation: "relu", units: 4 });
  });
});
