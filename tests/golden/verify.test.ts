/** Golden files on the CPU player, and proof that verification sees a wrong number in every single tensor. */
import { describe, expect, it } from "vitest";
import { createReferenceBackend } from "../../src/backends/reference/player.ts";
import { type GoldenFolder, verifyFolder } from "../../src/checks/verify.ts";
import { numbersOf, readSafetensors, type TensorData, writeSafetensors } from "../../src/interop/safetensors.ts";
import { goldenFixtures, isPromised, readProgress } from "./fixtures.ts";

async function verifyOn(folder: GoldenFolder, only: readonly string[] = []) {
  const lines: string[] = [];
  const report = await verifyFolder(folder, createReferenceBackend(), { only, progress: (line) => lines.push(line) });
  return { report, lines };
}

describe("the repository's golden files on the CPU player", () => {
  it("pass where they are promised and count as not supported elsewhere", { timeout: 120_000 }, async () => {
    const { report, lines } = await verifyOn(goldenFixtures);
    const outcomes = readProgress(lines);
    expect(report.failed).toBe(0);
    expect(outcomes.size).toBe(report.passed + report.unsupported);
    for (const [id, outcome] of outcomes)
      expect(`${id} ${outcome}`).toBe(`${id} ${isPromised(id) ? "passed" : "unsupported"}`);
    for (const family of [
      "cells/gru_v1_tanh",
      "cells/gru_v1_relu",
      "cells/gru_v3",
      "cells/lstm",
      "cells/mgu",
      "cells/rnn_tanh",
      "cells/rnn_relu",
      "stacks",
      "layers",
      "attention/attention",
      "attention/seq2seq_train",
      "losses",
      "optim",
      "train",
    ]) {
      expect([...outcomes].some(([id, outcome]) => id.startsWith(family) && outcome === "passed")).toBe(true);
    }
  });

  it("are chosen by the beginning of file and case", async () => {
    const { lines } = await verifyOn(goldenFixtures, ["optim/clip/norm_a", "cells/gru_v3/b1_t1"]);
    expect([...readProgress(lines).keys()]).toEqual(["cells/gru_v3/b1_t1_i1_h1_seq", "optim/clip/norm_above"]);
  });
});

/** A change to a file before it is verified. */
interface Doctoring {
  readonly path: string;
  readonly change: (
    tensors: Map<string, { shape: readonly number[]; data: TensorData }>,
    info: Map<string, string>,
  ) => void;
}

it("a schedule fails when one rate of it is wrong", async () => {
  const text = await new Response(await goldenFixtures.read("optim/schedules.json")).text();
  const bytes = new TextEncoder().encode(text.replace("0.0857375,", "0.0857376,")).buffer;
  const { report } = await verifyOn({ paths: ["optim/schedules.json"], read: async () => bytes });
  expect(report).toMatchObject({ passed: 9, failed: 1, unsupported: 0 });
});

async function doctored({ path, change }: Doctoring): Promise<GoldenFolder> {
  const { tensors, metadata } = readSafetensors(await goldenFixtures.read(path));
  const arrays = new Map<string, { shape: readonly number[]; data: TensorData }>();
  for (const [name, tensor] of tensors) {
    const data = numbersOf(tensor);
    if (data) arrays.set(name, { shape: tensor.shape, data });
  }
  const info = new Map(metadata);
  change(arrays, info);
  const bytes = writeSafetensors(arrays, info);
  return { paths: goldenFixtures.paths, read: async (wish) => (wish === path ? bytes : goldenFixtures.read(wish)) };
}

const SMALL_CASES = [
  ["cells/gru_v1_tanh.safetensors", "b2_t1_i5_h3_seq"],
  ["cells/gru_v3.safetensors", "b1_t7_i5_h3_both"],
  ["cells/lstm.safetensors", "b2_t1_i5_h3_seq"],
  ["cells/mgu.safetensors", "b2_t1_i5_h3_seq"],
  ["cells/rnn_tanh.safetensors", "b2_t1_i5_h3_seq"],
  ["stacks/stacked.safetensors", "gru_v3_5x4_seq"],
  ["stacks/bidirectional.safetensors", "gru_v3_4_last_bi"],
  ["stacks/masked.safetensors", "lstm_4_seq_mask"],
  ["layers/layers.safetensors", "dense_softmax"],
  ["layers/layers.safetensors", "dense_time_distributed"],
  ["layers/layers.safetensors", "embedding_padding0"],
  ["layers/layers.safetensors", "dropout_0.3"],
  ["attention/attention.safetensors", "additive_masked"],
  ["attention/attention.safetensors", "luong_dot_gru_v3"],
  ["losses/losses.safetensors", "bce_logits_step_masked"],
  ["losses/losses.safetensors", "ce_step_ignore"],
  ["losses/losses.safetensors", "ce_step_lengths_seq_mean"],
  ["losses/losses.safetensors", "ce_seq_class_weights"],
  ["losses/losses.safetensors", "huber_d0.3"],
  ["optim/fixed_grad.safetensors", "adam_default"],
  ["optim/fixed_grad.safetensors", "rmsprop_centered"],
  ["optim/fixed_grad.safetensors", "adam_amsgrad"],
  ["optim/clip.safetensors", "norm_above"],
  ["optim/clip.safetensors", "value_0.5"],
  ["optim/end_to_end.safetensors", "sgd_clip0.1"],
] as const;

/** Forward pre-activations are the only references that nobody has to compute. */
const EXEMPT = /^a(?:_|$)/;

describe("a doctored file", () => {
  it.each(SMALL_CASES)(
    "%s %s fails when one number of any reference is wrong",
    { timeout: 60_000 },
    async (path, name) => {
      const { tensors } = readSafetensors(await goldenFixtures.read(path));
      const references = [...tensors].filter(([key, { dtype }]) => key.startsWith(`${name}/`) && dtype === "F64");
      const judged = references.map(([key]) => key).filter((key) => !EXEMPT.test(key.slice(name.length + 1)));
      expect(judged.length).toBeGreaterThan(0);
      for (const key of judged) {
        const folder = await doctored({
          path,
          change: (arrays) => {
            const { data } = arrays.get(key) ?? { data: new Float64Array() };
            const scale = Math.max(0.1, ...Array.from(data, Math.abs));
            const last = data.length - 1;
            data[last] = (data[last] ?? 0) + 0.01 * scale;
          },
        });
        const { report } = await verifyOn(folder, [`${path.replace(".safetensors", "")}/${name}`]);
        expect(`${key}: ${report.failed} failed`).toBe(`${key}: 1 failed`);
        expect(`${name}/${report.files[0]?.worst?.tensor.replace(" by step", "")}`).toBe(key);
      }
    },
  );

  it("fails at a late gradient that only the look at each step can see", async () => {
    const key = "b1_t100_i2_h5_last/d_h";
    const path = "cells/gru_v1_tanh.safetensors";
    const folder = await doctored({
      path,
      change: (arrays) => {
        const { data } = arrays.get(key) ?? { data: new Float64Array() };
        data[0] = (data[0] ?? 0) * 1.1;
      },
    });
    const { report } = await verifyOn(folder, ["cells/gru_v1_tanh/b1_t100"]);
    expect(report.files[0]?.worst?.tensor).toBe("d_h by step");
    expect(report.failed).toBe(1);
  });

  it("is not supported when it has a reference that nothing computes", async () => {
    const folder = await doctored({
      path: "cells/gru_v3.safetensors",
      change: (arrays) => arrays.set("b1_t1_i1_h1_seq/d_mystery", { shape: [1], data: new Float64Array(1) }),
    });
    const { report, lines } = await verifyOn(folder, ["cells/gru_v3/b1_t1_i1_h1_seq"]);
    expect(report).toMatchObject({ passed: 0, failed: 0, unsupported: 1 });
    expect(lines[0]).toContain("d_mystery");
  });

  it.each(["x", "h0", "weight_hh", "gy", "ghT"])("is not supported when the input %s is missing", async (input) => {
    const folder = await doctored({
      path: "cells/gru_v3.safetensors",
      change: (arrays) => arrays.delete(`b2_t1_i5_h3_seq/${input}`),
    });
    const { report } = await verifyOn(folder, ["cells/gru_v3/b2_t1"]);
    expect(report).toMatchObject({ passed: 0, failed: 0, unsupported: 1 });
  });

  it.each([
    ["losses/losses.safetensors", "mse_seq", '"shape"', '"temperature": 2, "shape"'],
    ["layers/layers.safetensors", "dense_tanh", '"type": "dense"', '"type": "dense", "bias": false'],
    ["layers/layers.safetensors", "embedding", '"type": "embedding"', '"type": "embedding", "max_norm": 1'],
    ["optim/fixed_grad.safetensors", "sgd", '"lr": 0.1', '"lr": 0.1, "dampening": 0.5'],
    ["optim/end_to_end.safetensors", "adam", '"stateful": false', '"stateful": true'],
  ])("%s %s is not supported with a setting that nobody knows", async (path, name, before, after) => {
    const folder = await doctored({
      path,
      change: (_, info) => {
        const cases = info.get("cases") ?? "";
        const start = cases.indexOf(`"name": "${name}"`);
        expect(start).toBeGreaterThan(0);
        info.set("cases", cases.slice(0, start) + cases.slice(start).replace(before, after));
      },
    });
    const { report, lines } = await verifyOn(folder, [`${path.replace(".safetensors", "")}/${name}`]);
    const outcome = readProgress(lines).get(`${path.replace(".safetensors", "")}/${name}`);
    expect(outcome).toBe("unsupported");
    expect(report.failed).toBe(0);
  });

  it.each(["c0", "gcT"])("is not supported when the LSTM's input %s is missing", async (input) => {
    const folder = await doctored({
      path: "cells/lstm.safetensors",
      change: (arrays) => arrays.delete(`b2_t1_i5_h3_seq/${input}`),
    });
    const { report } = await verifyOn(folder, ["cells/lstm/b2_t1"]);
    expect(report).toMatchObject({ passed: 0, failed: 0, unsupported: 1 });
  });

  it("counts as failed when it is no safetensors file, and the others are still played", async () => {
    const path = "cells/gru_v3.safetensors";
    const folder: GoldenFolder = {
      paths: [path, "optim/clip.safetensors"],
      read: async (wish) => (wish === path ? new ArrayBuffer(5) : goldenFixtures.read(wish)),
    };
    const { report, lines } = await verifyOn(folder, ["cells", "optim/clip/norm_above"]);
    expect(lines[0]).toBe("failed       cells/gru_v3: HeaderTooSmall");
    expect(report).toMatchObject({ passed: 1, failed: 1, unsupported: 0 });
  });
});
