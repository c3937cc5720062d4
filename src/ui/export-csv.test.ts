import Papa from "papaparse";
import { describe, expect, test } from "vitest";
import { type GateTable, gatesCsv, lossCsv } from "./export-csv.ts";
import { createSeries } from "./series.ts";

/** Rows as another program reads them. */
function read(text: string): readonly Readonly<Record<string, string>>[] {
  const { data } = Papa.parse(text, { delimiter: ",", newline: "\r\n" });
  const [names = [], ...records] = data.filter((record) => record.length > 1);
  return records.map((record) => {
    expect(record).toHaveLength(names.length);
    return Object.fromEntries(names.map((name, column) => [name, record[column] ?? ""]));
  });
}

const z = new Float32Array([0.1, 0.2, 0.3, 0.4]); // [T = 2, H = 2]
const h = new Float32Array([-1, 1, Number.NaN, 1e-20]);
const table: GateTable = {
  step: 40,
  probe: { length: 2, labels: [",", 'a"b'] },
  layers: [
    {
      views: [
        { name: "z", range: "gate", values: z },
        { name: "h", range: "state", values: h },
      ],
    },
    { views: [{ name: "h", range: "state", values: h }] },
  ],
};

describe("gates as CSV", () => {
  const rows = read(gatesCsv(table, ["1", "2"], false));

  test("has one row per layer, step and unit, counted from 1, with labels of any symbol", () => {
    expect(rows).toHaveLength(8);
    expect(rows[1]).toMatchObject({ step: "40", layer: "1", t: "1", label: ",", unit: "2" });
    expect(rows[2]).toMatchObject({ t: "2", label: 'a"b', unit: "1" });
    expect(rows[4]).toMatchObject({ layer: "2", t: "1", unit: "1", z: "" });
  });

  test("keeps every f32 to the bit", () => {
    rows.slice(0, 4).forEach((row, index) => {
      expect(Math.fround(Number(row.z))).toBe(z[index]);
      expect(Math.fround(Number(row.h))).toBe(h[index]);
    });
  });

  test("writes 1 − z when the page shows it", () => {
    const [first] = read(gatesCsv(table, ["1", "2"], true));
    expect(first).not.toHaveProperty("z");
    expect(Number(first?.["1-z"])).toBeCloseTo(1 - Math.fround(0.1), 8);
  });
});

describe("losses as CSV", () => {
  test("joins training steps and evaluations by step", () => {
    const series = createSeries();
    const loss = new Float32Array([4, 3, 2]);
    const norm = new Float32Array([1, Number.POSITIVE_INFINITY, 1]);
    series.appendSteps({ first: 10, loss, norm, clipFactor: loss, clippedShare: loss, learningRate: loss });
    series.appendEvaluation({ step: 12, validationLoss: 7 }, { step: 12, validationLoss: 7 });
    series.appendEvaluation({ step: 13, validationLoss: 8 }, { step: 12, validationLoss: 7 });
    const rows = read(lossCsv(series));
    expect(rows.map((row) => [row.step, row.train_loss, row.validation_loss])).toEqual([
      ["10", "4", ""],
      ["11", "3", ""],
      ["12", "2", "7"],
      ["13", "", "8"],
    ]);
    expect(rows[1]?.gradient_norm).toBe("Infinity");
  });

  test("of a run without a step is the header alone", () => {
    expect(read(lossCsv(createSeries()))).toEqual([]);
  });
});
