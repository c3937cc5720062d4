/**
 * A thousand steps in the page and in Node, on the same driver: the saved runs are the same file. The two compile their
 * kernels by different builds of the same compiler, cut the steps into chunks by different clocks, and only one of them
 * shows pictures on the way.
 */
import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { promisify } from "node:util";
import type { Experiment } from "../src/core/experiment.ts";
import { encodeLink } from "../src/storage/link.ts";
import { smallWeather } from "./experiments.ts";
import { expectWebGpu, openExperiment, PATIENCE_MS, saveRun, trainTo } from "./instrument.ts";
import { expect, test } from "./page.ts";
import { readSafetensorsFile } from "./safetensors-reader.ts";

const STEPS = 1000;

/** Both forms of the GRU and an LSTM, with dropout between, clipped gradients and batches in an order of their own. */
const experiment: Experiment = {
  ...smallWeather,
  model: {
    ...smallWeather.model,
    layers: [
      { cell: "gru", reset: "after", activation: "tanh", units: 6, dropout: 0.1 },
      { cell: "gru", reset: "before", activation: "tanh", units: 5 },
      { cell: "lstm", units: 4 },
    ],
  },
  training: { ...smallWeather.training, clipNorm: 0.2, batch: 4, length: 5, evaluateEvery: 500 },
};

test("a thousand steps end in the same file in Chromium and in Node", async ({ page }, info) => {
  test.setTimeout(2 * PATIENCE_MS);
  await openExperiment(page, experiment);
  await expectWebGpu(page);
  await trainTo(page, STEPS);
  const { bytes: inPage } = await saveRun(page);

  const path = info.outputPath("node.safetensors");
  const link = await encodeLink(experiment);
  const options = ["--backend", "webgpu", "--tune", "off", "--steps", String(STEPS), "--save", path];
  await promisify(execFile)(process.execPath, ["scripts/cli.mjs", "train", "--experiment", link, ...options]);
  const inNode = await readFile(path);

  const { tensors } = readSafetensorsFile(inNode);
  expect([...tensors.keys()]).toContain("layers.2.U");
  expect(readSafetensorsFile(inPage)).toEqual(readSafetensorsFile(inNode));
  expect(inPage.equals(inNode)).toBe(true);
});
