/** The race between WebGPU on a software adapter and the CPU player: who is taken, what is remembered, what stays pinned. */
import { describe, expect, test } from "vitest";
import type { Backend, TuneOptions } from "../core/backend.ts";
import { BackendLostError, ProgramRefusedError } from "../core/errors.ts";
import { createPlanMemory } from "../core/plan-memory.ts";
import type { Plan, Program } from "../core/program.ts";
import { createChoosingBackend } from "./choose-player.ts";
import { createReferenceBackend, createReferencePlayer } from "./reference/player.ts";

const program: Program = {
  tensors: [
    { name: "a", type: "f32", shape: [4], role: "activation" },
    { name: "b", type: "f32", shape: [4], role: "activation" },
  ],
  phases: {
    forward: [
      {
        operation: "add-rows",
        label: "sum",
        numbers: { N: 1, H: 4 },
        tensors: {},
      },
    ],
  },
};

/** A clock that plays move. */
interface Clock {
  ms: number;
}

/** A backend that plays by `implementation`, at so many ms a step; `tunedMs` once it was tuned. */
function pace(clock: Clock, kind: "webgpu" | "wasm", stepMs: number, tunedMs = stepMs): Backend & { tunings: number } {
  const plan = (implementation: string): Plan => ({ "add-rows": { implementation, sizes: {} } });
  const own = kind === "wasm" ? "simd" : "plain";
  const reference = createReferenceBackend();
  const info = { ...reference.info, kind, adapter: kind } as const;
  const backend = {
    ...reference,
    info,
    tunings: 0,
    describe: () => info,
    plan: (_program: Program, saved: Plan = {}) => {
      const known = [own, "tuned"].includes(saved["add-rows"]?.implementation ?? "") && kind === "webgpu";
      return known ? saved : plan(own);
    },
    async tune() {
      backend.tunings++;
      return plan(kind === "webgpu" ? "tuned" : own);
    },
    async create(_program: Program, chosen: Plan) {
      const player = createReferencePlayer({ tensors: program.tensors, phases: {} });
      const ms = chosen["add-rows"]?.implementation === "tuned" ? tunedMs : stepMs;
      return Object.assign(player, {
        playSteps: (_phases: unknown, count: number) => {
          clock.ms += ms * count;
        },
      });
    },
  };
  return backend;
}

function setUp(gpuMs: number, cpuMs: number, tunedMs = gpuMs) {
  const clock: Clock = { ms: 0 };
  const gpu = pace(clock, "webgpu", gpuMs, tunedMs);
  const cpu = pace(clock, "wasm", cpuMs);
  const memory = createPlanMemory();
  const told: string[] = [];
  const options: TuneOptions = {
    ...{ now: () => clock.ms, memory, skipped: () => false, limitMs: 3000 },
    progress: (done, total, operation) => told.push(`${done}/${total} ${operation}`),
  };
  return { clock, gpu, cpu, memory, told, options, backend: createChoosingBackend(gpu, cpu) };
}

describe("the race", () => {
  test("takes the CPU where WebGPU is far behind, without tuning it, and says the times", async () => {
    const { backend, gpu, options, clock, told } = setUp(38, 2);
    const plan = await backend.tune(program, options);
    expect(backend.describe(program, plan)).toMatchObject({ kind: "wasm", measured: { webgpuMs: 38, wasmMs: 2 } });
    expect(gpu.tunings).toBe(0);
    expect(clock.ms).toBeLessThanOrEqual(500);
    expect(told).toEqual(["0/1 players", "1/1 "]);
  });

  test("takes WebGPU where it is faster, with its measured plan", async () => {
    const { backend, gpu, options, clock } = setUp(4, 9, 3);
    const plan = await backend.tune(program, options);
    expect(plan["add-rows"]?.implementation).toBe("tuned");
    expect(backend.describe(program, plan)).toMatchObject({ kind: "webgpu", measured: { webgpuMs: 3, wasmMs: 9 } });
    expect(gpu.tunings).toBe(1);
    expect(clock.ms).toBeLessThanOrEqual(600);
  });

  test("is held again once WebGPU is tuned, where that may turn it", async () => {
    const turned = setUp(4, 3, 2);
    const plan = await turned.backend.tune(program, turned.options);
    expect(turned.backend.describe(program, plan)).toMatchObject({ kind: "webgpu" });
    const stays = setUp(4, 3, 3.5);
    expect(stays.backend.describe(program, await stays.backend.tune(program, stays.options)).kind).toBe("wasm");
  });

  test("plays steps that take longer than its limit once", async () => {
    const { backend, options, clock } = setUp(3000, 700);
    const plan = await backend.tune(program, options);
    expect(backend.describe(program, plan).measured).toEqual({ webgpuMs: 3000, wasmMs: 700 });
    expect(clock.ms).toBe(3700);
  });

  test("is remembered: another visit measures nothing and says the same", async () => {
    const first = setUp(38, 2);
    await first.backend.tune(program, first.options);
    const { backend, options, clock } = setUp(38, 2);
    const plan = await backend.tune(program, { ...options, memory: createPlanMemory(first.memory.entries()) });
    expect(clock.ms).toBe(0);
    expect(backend.describe(program, plan)).toMatchObject({ kind: "wasm", measured: { webgpuMs: 38, wasmMs: 2 } });
  });

  test("that is skipped leaves WebGPU, is not remembered, and decides for this backend", async () => {
    const { backend, options, memory } = setUp(38, 2);
    const plan = await backend.tune(program, { ...options, skipped: () => true });
    expect(backend.describe(program, plan)).toMatchObject({ kind: "webgpu" });
    expect(backend.describe(program, plan).measured).toBeUndefined();
    expect(memory.entries()).toEqual({});
    expect(await backend.tune(program, options)).toEqual(plan);
  });
});

describe("without a race", () => {
  test("a plan names its player", () => {
    const { backend, gpu, cpu } = setUp(38, 2);
    for (const [owner, kind] of [
      [gpu, "webgpu"],
      [cpu, "wasm"],
    ] as const) {
      const saved = owner.plan(program);
      expect(backend.plan(program, saved)).toEqual(saved);
      expect(backend.describe(program, saved).kind).toBe(kind);
    }
  });

  test("fixed defaults are WebGPU's", () => {
    const { backend, gpu } = setUp(38, 2);
    expect(backend.plan(program)).toEqual(gpu.plan(program));
    expect(backend.info.kind).toBe("webgpu");
  });

  test("a device that goes away leaves the CPU", async () => {
    const { gpu, cpu, options } = setUp(1, 2);
    const lost = { ...gpu, create: () => Promise.reject(new BackendLostError("gone")) };
    const backend = createChoosingBackend(lost, cpu);
    const plan = await backend.tune(program, options);
    expect(backend.describe(program, plan).kind).toBe("wasm");
  });

  test("who refuses the Program does not play it", async () => {
    const refuse = () => Promise.reject(new ProgramRefusedError("a", 2, 1));
    const { gpu, cpu, options } = setUp(5, 5);
    const onCpu = createChoosingBackend({ ...gpu, create: refuse }, cpu);
    const onGpu = createChoosingBackend(gpu, { ...cpu, create: refuse });
    const first = onCpu.describe(program, await onCpu.tune(program, options));
    expect(first).toMatchObject({ kind: "wasm" });
    expect(first.measured).toBeUndefined();
    expect(onGpu.describe(program, await onGpu.tune(program, options)).kind).toBe("webgpu");
  });

  test("a remembered winner that refuses this Program leaves it to the other", async () => {
    const refuse = () => Promise.reject(new ProgramRefusedError("a", 2, 1));
    for (const [gpuMs, cpuMs, taken] of [
      [38, 2, "webgpu"],
      [4, 9, "wasm"],
    ] as const) {
      const { gpu, cpu, options, backend } = setUp(gpuMs, cpuMs);
      await backend.tune(program, options);
      const refusing =
        taken === "wasm"
          ? [
              createChoosingBackend({ ...gpu, create: refuse }, cpu),
              createChoosingBackend({ ...gpu, tune: refuse }, cpu),
            ]
          : [createChoosingBackend(gpu, { ...cpu, create: refuse })];
      for (const other of refusing) {
        const chosen = other.describe(program, await other.tune(program, options));
        expect(chosen).toMatchObject({ kind: taken });
        expect(chosen.measured).toBeUndefined();
      }
    }
  });
});
