/** Results as text: what a table says, what a report must and must not hold, and how runs are merged. */
import { describe, expect, test } from "vitest";
import { renderReport } from "./report.ts";
import {
  type GrowthResult,
  type Machine,
  mergeResults,
  NO_RESULTS,
  type OverheadResult,
  parseResults,
  type Row,
  type ShapeResult,
} from "./results.ts";
import { summaryLines } from "./summary.ts";
import { formatNumber, growthLines, overheadLines, renderText, tableLines } from "./table.ts";

const machine: Machine = {
  processor: "A processor, 2 cores",
  memoryGiB: 8,
  system: "Linux 6, x64",
  node: "20.20.2",
  browser: "Chromium 1",
  versions: { Gatescope: "0.1.0" },
};

const row = (contestant: string, library: string, stepMs: readonly number[], refused?: string): Row => ({
  contestant,
  library,
  backend: "webgpu",
  form: "after",
  variant: "",
  firstStepMs: 10,
  losses: [1],
  stepMs,
  ...(refused === undefined ? {} : { refused }),
});

const result = (name: string, rows: readonly Row[]): ShapeResult => ({
  name,
  shape: "B=1",
  date: "2026-01-02",
  machine,
  seconds: 1,
  rounds: 3,
  dropped: 1,
  disturbed: false,
  rows,
});

const OURS = row("Gatescope webgpu", "Gatescope", [10, 20, 10]);
const PEER = row("peer", "Peer", [40, 40, 20]);

describe("tables", () => {
  test("ratios are taken within a round, and the fastest comes first", () => {
    const lines = tableLines(result("S1", [PEER, OURS]));
    expect(lines).toEqual([
      ["Gatescope webgpu", "after", "10.0", "10.0", "20.0", "1.00"],
      ["peer", "after", "40.0", "20.0", "40.0", "2.00"],
    ]);
  });

  test("ratios count from Gatescope on the same kind of device", () => {
    const cpu = { ...row("Gatescope wasm", "Gatescope", [5, 5, 5]), backend: "wasm" };
    const lines = tableLines(result("S1", [OURS, PEER, cpu]));
    expect(lines.map(([name, , , , , ratio]) => [name, ratio])).toEqual([
      ["Gatescope webgpu", "1.00"],
      ["peer", "2.00"],
      ["Gatescope wasm", "1.00"],
    ]);
  });

  test("one reason in both forms is one sentence", () => {
    const refused = row("peer", "Peer", [], "not installed");
    const text = renderText(result("S1", [OURS, refused, { ...refused, form: "before" }]));
    expect(text).toContain("peer, reset after and before: not counted, not installed");
  });

  test("a row that does not count is a sentence, not a line", () => {
    const text = renderText(result("S1", [OURS, row("peer", "Peer", [], "losses differ")]));
    expect(text).toContain("peer, reset after: not counted, losses differ");
    expect(text.match(/peer/g)).toHaveLength(1);
  });

  test.each([
    [0.001234, "0.00123"],
    [0.5, "0.500"],
    [9.876, "9.88"],
    [98.76, "98.8"],
    [40245.4, "40,245"],
  ])("%d is written %s", (value, text) => expect(formatNumber(value)).toBe(text));
});

test("the report has the table, the machine, the versions and the rounds", () => {
  const report = renderReport(mergeResults(NO_RESULTS, { shapes: [result("S1", [OURS, PEER])], growth: [] }));
  expect(report).toContain("| peer | after | 40.0 | 20.0 | 40.0 | 2.00 |");
  expect(report).toContain("A processor, 2 cores");
  expect(report).toContain("Gatescope 0.1.0");
  expect(report).toContain("1 more were disturbed");
});

describe("the summary", () => {
  const tensorflow = { ...row("TensorFlow.js webgpu", "TensorFlow.js", [80, 80, 20]), form: "before" } as const;
  const own = { ...OURS, form: "before" } as const;

  test("says how many times as fast Gatescope is in the peer's form", () => {
    const lines = summaryLines([result("S1", [own, OURS, tensorflow]), result("S2", [OURS])]);
    expect(lines).toEqual([
      ["Gatescope", "S1", "S2"],
      ["WebGPU, against TensorFlow.js webgpu", "4.00", ""],
    ]);
  });

  test("without GPU the fastest of the browser's peers counts, and none with one", () => {
    const cpu = (name: string, library: string, ms: number) => ({ ...row(name, library, [ms]), backend: "wasm" });
    const rows = [OURS, cpu("Gatescope wasm", "Gatescope", 10), cpu("a", "A", 50), cpu("b", "B", 30)];
    const torch = { ...row("PyTorch one thread", "PyTorch", [5]), backend: "cpu" };
    const [, browser, pytorch] = summaryLines([result("S1", [...rows, torch])]);
    expect(browser).toEqual(["without GPU, against the fastest peer in a browser", "3.00"]);
    expect(pytorch).toEqual(["without GPU, against PyTorch, one thread", "0.500"]);
  });

  test("is left out where no peer was measured", () => {
    expect(summaryLines([result("S1", [OURS])])).toEqual([]);
  });
});

test("growth is a table with the exponent of its far end", () => {
  const at = (contestant: string, power: number, xs: readonly number[]) => ({
    contestant,
    points: xs.map((x) => ({ x, y: x < 4 ? 100 : x ** power })),
  });
  const curves = [at("a", 1, [1, 2, 4, 8, 16]), at("b", 2, [1, 2, 4])];
  const growth: GrowthResult = { extent: "H", shape: "H=1", date: "2026-01-02", machine, curves };
  const lines = growthLines(growth);
  expect(lines[0]).toEqual(["H", "a, ms", "b, ms"]);
  expect(lines[4]).toEqual(["8", "8.00", ""]);
  expect(lines.at(-1)?.[1]).toBe("1.00");
  const report = renderReport(mergeResults(NO_RESULTS, { shapes: [], growth: [growth] }));
  expect(report).toContain("| 8 | 8.00 |  |");
  expect(report).toContain("growth over H: A processor");
});

describe("results", () => {
  test("a run replaces the shapes that it measured and keeps the others", () => {
    const old = mergeResults(NO_RESULTS, { shapes: [result("S1", [OURS]), result("S2", [OURS])], growth: [] });
    const merged = mergeResults(old, { shapes: [result("S2", [PEER]), result("S3", [])], growth: [] });
    expect(merged.shapes.map(({ name, rows }) => [name, rows[0]?.contestant])).toEqual([
      ["S1", "Gatescope webgpu"],
      ["S2", "peer"],
      ["S3", undefined],
    ]);
  });

  test("what it writes it can read, and nothing else", () => {
    const text = JSON.stringify(mergeResults(NO_RESULTS, { shapes: [result("S1", [OURS])], growth: [] }));
    expect(parseResults(text, "a.json").shapes).toHaveLength(1);
    for (const other of ["[]", "{}", "null", "no json", '{"version":2,"shapes":[],"growth":[]}']) {
      expect(() => parseResults(other, "a.json")).toThrow(/a.json is there and holds no results/);
    }
  });
});

describe("overheads", () => {
  const overhead = (name: string): OverheadResult => ({
    ...{ name, shape: "B=1", date: "2026-01-02", machine, rounds: 3, variant: "", method: "timestamps" },
    ...{ stepMs: 10, callsMs: 8, encodeMs: 0.5, shownRatio: 1.25, readyMs: 700 },
  });

  test("are a ratio to the calls, shares of the step and a time", () => {
    expect(overheadLines([overhead("S1")])).toEqual([["S1", ...[10, 1.25, 5, 25, 700].map(formatNumber)]]);
  });

  test("of whole steps in one dispatch have no ratio to calls and name no method", () => {
    const whole = { ...overhead("S5"), callsMs: null, method: null };
    expect(overheadLines([whole])).toEqual([["S5", "10.0", "", ...[5, 25, 700].map(formatNumber)]]);
    const report = renderReport(mergeResults(NO_RESULTS, { shapes: [], growth: [], overheads: [whole] }));
    expect(report).toContain("the sum of its calls, empty where");
    expect(report).toContain("what it loses while the gates");
  });

  test("stand in the report with their limits, replaced by name and kept beside what is measured anew", () => {
    const old = mergeResults(NO_RESULTS, { shapes: [], growth: [], overheads: [overhead("S1"), overhead("S2")] });
    const anew = mergeResults(old, { shapes: [], growth: [], overheads: [{ ...overhead("S2"), stepMs: 16 }] });
    expect(anew.overheads?.map(({ name, stepMs }) => [name, stepMs])).toEqual([
      ["S1", 10],
      ["S2", 16],
    ]);
    expect(mergeResults(anew, { shapes: [], growth: [] })).toEqual(anew);
    const report = renderReport(anew);
    expect(report).toContain("timed by timestamps");
    expect(report).toContain("| S2 | 16");
    expect(report).toContain("overheads of S1, overheads of S2: A processor");
    expect(renderReport(NO_RESULTS)).not.toContain("Overheads");
  });
});
