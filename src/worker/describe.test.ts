/** What the page is told of a result with yes-or-no answers: a confusion of the first column, by the data's own labels. */
import { expect, test } from "vitest";
import type { Dataset } from "../core/task.ts";
import type { Evaluation } from "../engine/run-report.ts";
import { describeResult } from "./describe.ts";

const column = { name: "P(↑)", unit: "", scaling: { mean: 0, deviation: 1 } };
const dataset: Dataset = {
  task: "sweep-direction",
  input: { kind: "features", rows: new Float32Array(8), columns: [column] },
  target: {
    kind: "binary",
    rows: Float32Array.of(0, 1, 0, 0, 1, 0, 1, 1),
    columns: [column, column],
    labels: ["↓", "↑"],
  },
  mask: new Float32Array(4).fill(1),
  length: 1,
  windows: { train: new Uint32Array(1), validation: new Uint32Array(1), test: new Uint32Array(1) },
  probes: [],
  probeLength: 1,
  rowLabels: null,
  baseline: { name: "base-rate", metrics: {} },
  notes: [],
};

test("yes from logit 0 on, only the first of two columns, in the order of the scored rows", () => {
  // First column of the rows 3, 0, 1, 2: 1, 0, 0, 1. Answers: yes, yes (0 counts), no, no.
  const rows = { logits: Float32Array.of(2, -9, 0, -9, -1, 9, -3, 9), rows: Uint32Array.of(3, 0, 1, 2) };
  const evaluation: Evaluation = {
    step: 1,
    validationLoss: 1,
    bestStep: 1,
    bestValidationLoss: 1,
    latest: {},
    best: {},
    latestRows: rows,
    bestRows: rows,
  };
  expect(describeResult(evaluation, dataset, false)).toEqual({
    kind: "classes",
    labels: ["↓", "↑"],
    confusion: Uint32Array.of(1, 1, 1, 1),
  });
});
