/**
 * Memory in turn on the CPU players: the bits of tensors with memory of their own, why the others may not share, and what a
 * player says that it holds.
 */
import { describe, expect, test } from "vitest";
import { createReferenceBackend } from "../../src/backends/reference/player.ts";
import { createWasmBackend } from "../../src/backends/wasm/backend.ts";
import { ELEMENT_BYTES, elementCount } from "../../src/core/dims.ts";
import { layOutMemory } from "../../src/core/liveness.ts";
import { buildProgram } from "../../src/engine/build-program.ts";
import { compareTransients, TRANSIENT_EXAMPLES } from "./transient-examples.ts";

const backends = [createReferenceBackend(), await createWasmBackend()];

const example = (wanted: string) => {
  const [, spec] = TRANSIENT_EXAMPLES.find(([name]) => name === wanted) ?? [];
  if (!spec) throw new Error(`no example ${wanted}`);
  return spec;
};

describe.each(TRANSIENT_EXAMPLES)("%s", (_name, spec) => {
  test.each(backends.map((backend) => [backend.info.kind, backend] as const))(
    "trains with the same bits where transients share memory, and where they begin with NaN, on %s",
    { timeout: 60_000 },
    async (_kind, backend) => {
      const { shared, poisoned, bytes, sound } = await compareTransients(backend, spec);
      expect(shared).toEqual([]);
      expect(poisoned).toEqual([]);
      expect(sound).toBe(true);
      const { program } = buildProgram(spec);
      const { trainingStep: _, ...apart } = program;
      expect(bytes).toEqual({ shared: layOutMemory(program).bytes, apart: layOutMemory(apart).bytes });
    },
  );
});

test.each([
  ["states, whose row 0 nobody writes where a model starts from 0", "three GRUs", "layers.1.h"],
  ["cell states", "LSTMs under a head on the last step", "layers.0.c"],
  ["the bias of projections that have none", "Luong over projections", "attention.zero"],
  ["the bias of a context's products", "Bahdanau", "decoder.zero"],
])("%s cannot share: NaN in them reaches the numbers", async (_what, name, tensor) => {
  const poisoned = ({ name: own }: { readonly name: string }) => own === tensor;
  const [backend] = backends;
  if (!backend) throw new Error("no backend");
  expect(buildProgram(example(name)).program.tensors.find(poisoned)?.role).toBe("activation");
  expect((await compareTransients(backend, example(name), { poisoned })).poisoned).toContain(
    "loss after training, round 0",
  );
});

test("what is carried from step to step cannot share", () => {
  const { tensors } = buildProgram(example("truncated windows with checkpoints")).program;
  const carrying = tensors.filter(
    ({ name }) => name === "carried" || name === "predicted" || name.startsWith("borders."),
  );
  expect(carrying.map(({ role }) => role)).toEqual([
    "activation",
    "activation",
    "activation",
    "activation",
    "activation",
  ]);
});

test("where gradients are looked at behind the step, nobody shares", () => {
  const { program } = buildProgram({ ...example("three GRUs"), dhNorms: true });
  expect(layOutMemory(program).regions).toHaveLength(program.tensors.length);
});

test("a player refuses to show or take what may be another tensor's by now", async () => {
  for (const backend of backends) {
    const { program } = buildProgram(example("three GRUs"));
    const player = await backend.create(program, backend.plan(program));
    await expect(player.read("layers.0.record")).rejects.toThrow(/read, layers.0.record: .*outlives its play/);
    await expect(player.readAll("layers.0.dh")).rejects.toThrow(/read, layers.0.dh: .*outlives its play/);
    expect(() => player.write("dlogits", new Float32Array(1))).toThrow(/write, dlogits: .*outlives its play/);
    await expect(player.read("probe.layers.0.record")).resolves.toBeInstanceOf(Float32Array);
  }
});

test("the gradients of a deep stack's rows are two tensors of the widest layer's size, besides records", () => {
  const layers = Array.from(
    { length: 5 },
    (_, i) => ({ cell: "gru", reset: "before", activation: "tanh", units: 4 + i }) as const,
  );
  const { program } = buildProgram({ ...example("three GRUs"), layers });
  const { regions } = layOutMemory(program);
  const gradients = regions.filter(({ tensors }) => tensors.some((name) => /^layers\.\d\.dh$/.test(name)));
  const besides = gradients.filter(({ tensors }) => !tensors.some((name) => name.endsWith("record")));
  const bytes = besides.reduce((sum, { elements }) => sum + elements * ELEMENT_BYTES, 0);
  const widest = program.tensors.find(({ name }) => name === "layers.4.dh");
  expect(bytes).toBeLessThanOrEqual(2 * elementCount(widest?.shape ?? []) * ELEMENT_BYTES);
});
