/** The command `train`: a short run to its report and its file, and every way in which it can be called wrongly. */
import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { train } from "../../src/cli/commands/train.ts";
import { decodeCheckpoint } from "../../src/engine/checkpoint.ts";
import { encodeExperiment } from "../../src/interop/experiment-text.ts";
import { readRunFile } from "../../src/interop/run-file.ts";
import { TASKS } from "../../src/tasks/registry.ts";
import { recordTerminal } from "./terminal.ts";

vi.mock("webgpu", () => {
  throw new Error("not installed");
});

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "train-"));
});

afterEach(() => rmSync(folder, { recursive: true }));

async function run(...args: readonly string[]) {
  const terminal = recordTerminal();
  const code = await train(args, terminal);
  return { code, terminal };
}

/** A net so small that twenty steps take a moment on the CPU. */
function tinyExperiment() {
  const { preset } = TASKS["delayed-recall"];
  if (!preset) throw new Error("delayed-recall has no preset");
  return {
    ...preset,
    task: { name: "delayed-recall", symbols: 2, lag: 1 },
    model: { ...preset.model, layers: [{ cell: "gru", reset: "before", activation: "tanh", units: 3 }] },
    training: { ...preset.training, batch: 4, length: 2, evaluateEvery: 10 },
  };
}

function writeExperiment(value: unknown): string {
  const path = join(folder, "experiment.json");
  writeFileSync(path, JSON.stringify(value));
  return path;
}

describe("train", { timeout: 60_000 }, () => {
  it("reports backend, metrics and dispatches as JSON, and saves a run that can be opened", async () => {
    const experiment = writeExperiment(tinyExperiment());
    const save = join(folder, "run.safetensors");
    const { code, terminal } = await run(
      ...["--experiment", experiment, "--steps", "15", "--backend", "cpu", "--save", save, "--json"],
    );
    expect(code).toBe(0);
    expect(terminal.printed).toHaveLength(1);
    const report: unknown = JSON.parse(terminal.printed[0] ?? "");
    expect(report).toMatchObject({
      backend: "cpu",
      adapter: expect.any(String),
      experiment: tinyExperiment(),
      steps: 15,
      metrics: {
        loss: expect.any(Number),
        bestStep: 10,
        best: { accuracy: expect.any(Number) },
        latest: { accuracy: expect.any(Number) },
        baseline: { name: "chance", metrics: { accuracy: 0.5 } },
      },
      fault: null,
      saved: save,
      dispatches: { "gru-backward": 15, "optimizer-adam": 15 },
    });
    const state = decodeCheckpoint(readRunFile(Uint8Array.from(readFileSync(save)).buffer));
    expect(state.step).toBe(15);
    expect(state.best?.step).toBe(10);
    expect(state.experiment).toEqual(tinyExperiment());
  });

  it("takes a link, and a seed on top of it", async () => {
    const { preset } = TASKS["delayed-recall"];
    if (!preset) throw new Error("delayed-recall has no preset");
    const link = `http://localhost/#e=${await encodeExperiment({ ...preset, seed: 3 })}`;
    const { code, terminal } = await run("--experiment", link, "--seed", "7", "--steps", "1", "--backend", "cpu");
    expect(code).toBe(0);
    expect(terminal.printed[0]).toMatch(/^delayed-recall, seed 7, /);
    expect(terminal.printed[0]).toMatch(/\nchance +0\.250\n/);
  });

  it("trains on the file that the experiment names, and on no other", async () => {
    const csv = `a,b\n${Array.from({ length: 400 }, (_, i) => `${Math.sin(i)},${Math.cos(i)}`).join("\n")}\n`;
    const right = join(folder, "right.csv");
    const wrong = join(folder, "wrong.csv");
    writeFileSync(right, csv);
    writeFileSync(wrong, csv.replace("0,1", "0,2"));
    const { preset } = TASKS["seattle-weather"];
    if (!preset) throw new Error("seattle-weather has no preset");
    const file = { name: "right.csv", bytes: csv.length, sha256: createHash("sha256").update(csv).digest("hex") };
    const task = { name: "own-series", file, inputs: ["a"], targets: ["b"] };
    const experiment = writeExperiment({ ...preset, task, training: { ...preset.training, length: 5 } });
    const common = ["--experiment", experiment, "--steps", "1", "--backend", "cpu"];
    expect((await run(...common, "--data", right)).code).toBe(0);
    const refused = await run(...common, "--data", wrong);
    expect(refused.code).toBe(64);
    expect(refused.terminal.notes.join("\n")).toContain("data-missing");
    expect((await run(...common)).terminal.notes[0]).toContain("needs --data with the file right.csv");
  });

  it("trains a published model by its name", async () => {
    const { code, terminal } = await run(
      "--preset",
      "relu-gru",
      "--seed",
      "3",
      "--steps",
      "5",
      "--backend",
      "cpu",
      "--json",
    );
    expect(code).toBe(0);
    const report: unknown = JSON.parse(terminal.printed[0] ?? "");
    const layers = [{ cell: "gru", reset: "before", activation: "relu", units: 10 }];
    expect(report).toMatchObject({
      steps: 5,
      experiment: { seed: 3, task: { name: "noisy-waves" }, model: { layers } },
    });
  });

  it("stops at a loss that is not finite, with exit code 1 and the step", async () => {
    const tiny = tinyExperiment();
    const sgd = { ...tiny.training, optimizer: { name: "sgd", momentum: 0 }, learningRate: 1e6, clipNorm: null };
    const layers = [{ cell: "gru", reset: "before", activation: "relu", units: 16 }];
    const experiment = writeExperiment({ ...tiny, model: { ...tiny.model, layers }, training: sgd });
    const { code, terminal } = await run("--experiment", experiment, "--steps", "200", "--backend", "cpu", "--json");
    expect(code).toBe(1);
    expect(terminal.notes.join("\n")).toMatch(/stopped: (not-finite|diverging)/);
    const report: unknown = JSON.parse(terminal.printed[0] ?? "");
    expect(report).toMatchObject({ fault: { code: expect.stringMatching(/not-finite|diverging/) } });
  });

  it("exits with 2 where WebGPU was wished for and cannot be had", async () => {
    const { code, terminal } = await run("--backend", "webgpu", "--steps", "1");
    expect(code).toBe(2);
    expect(terminal.printed).toEqual([]);
  });

  it.each([
    [["--steps", "0"], "--steps must be 1 or more, not 0"],
    [["--steps", "1.5"], "--steps must be 1 or more, not 1.5"],
    [["--seed=-1"], "seed: expected a whole number from 0 to 4294967295, got -1"],
    [["--seed=one"], "seed: expected"],
    [["--task", "chess"], "--task must be one of seattle-weather, english-spelling"],
    [["--task", "chess"], "not chess"],
    [["--preset", "chess"], "--preset must be one of gru-regression, gru-binary"],
    [["--preset", "bare-gru", "--task", "delayed-recall"], "leave out --experiment and --task"],
    [["--task", "delayed-recall", "--experiment", "x.json"], "leave out --task"],
    [["--experiment", "missing.json"], "missing.json cannot be read"],
    [["--experiment", "src/README.md"], "src/README.md is no JSON"],
    [["--experiment", "package.json"], "the experiment is refused"],
    [["--experiment", "#e=!"], "link-invalid"],
    [["--backend", "gpu"], "--backend must be webgpu, wasm or cpu, not gpu"],
    [["--save", "no/such/folder/run.safetensors"], "--save: no/such/folder/run.safetensors is no place for a file"],
    [["--data", "package.json"], "seattle-weather brings its own data"],
    [["extra"], "Unexpected argument 'extra'"],
    [["--tune", "yes"], "--tune must be on or off, not yes"],
  ])("explains %j and exits with 64", async (args, sentence) => {
    const { code, terminal } = await run(...args);
    expect(code).toBe(64);
    expect(terminal.printed).toEqual([]);
    expect(terminal.notes.join("\n")).toContain(sentence);
  });
});
