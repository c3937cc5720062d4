/** Memory that is refused by number, and memory that runs out while it is being taken. The device is a stub. */
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { ProgramRefusedError } from "../../core/errors.ts";
import type { LoweredProgram } from "./lowering.ts";
import { createBuffers, refuseTooLarge } from "./memory.ts";

const program: LoweredProgram = {
  memory: { regions: [], regionOf: new Map(), bytes: 0 },
  bufferBytes: new Map([
    ["params", 400],
    ["record", 4000],
    ["metrics", 16],
  ]),
  phases: new Map(),
  micro: null,
};

beforeEach(() => vi.stubGlobal("GPUBufferUsage", { STORAGE: 128, UNIFORM: 64, COPY_SRC: 4, COPY_DST: 8 }));
afterEach(() => vi.unstubAllGlobals());

/** A device that grants `bytes` in all and remembers what still exists. */
function stubDevice(bytes: number) {
  const alive = new Set<string>();
  const errors: (string | null)[] = [];
  let granted = 0;
  const device: unknown = {
    pushErrorScope: () => errors.push(null),
    popErrorScope: async () => errors.pop() ?? null,
    createBuffer({ label, size, usage }: { label: string; size: number; usage: number }) {
      granted += size;
      // The outer scope is the one for memory.
      if (granted > bytes) errors[errors.length - 2] = "out of memory";
      alive.add(label);
      return { label, size, usage, destroy: () => alive.delete(label) };
    },
  };
  if (!isDevice(device)) throw new Error("unreachable");
  return { device, alive };
}

/** The part of GPUDevice that allocation uses. */
function isDevice(value: unknown): value is GPUDevice {
  return typeof value === "object" && value !== null && "createBuffer" in value;
}

test("every tensor gets a buffer of its size", async () => {
  const { device } = stubDevice(10_000);
  const buffers = await createBuffers(device, program);
  expect([...buffers].map(([name, { size }]) => [name, size])).toEqual([...program.bufferBytes]);
});

test("uniform blocks are no storage", async () => {
  const { device } = stubDevice(10_000);
  const bufferBytes = new Map([...program.bufferBytes, ["uniforms", 512], ["run-time uniforms", 512]] as const);
  const buffers = await createBuffers(device, { ...program, bufferBytes });
  expect([...buffers.values()].map(({ usage }) => usage)).toEqual([140, 140, 140, 72, 72]);
});

test("when memory runs out nothing is kept, and the error has the numbers", async () => {
  const { device, alive } = stubDevice(1000);
  const creation = createBuffers(device, program);
  await expect(creation).rejects.toThrow(ProgramRefusedError);
  await expect(creation).rejects.toMatchObject({ tensor: "record", bytes: 4416, limitBytes: 400 });
  expect(alive.size).toBe(0);
});

test("a buffer beyond the limit is refused before anything is taken", () => {
  const limits = { maxBufferBytes: 3999, maxBindingBytes: 3999 };
  expect(() => refuseTooLarge(program, limits)).toThrow("record needs 4000 bytes; this device allows 3999");
  expect(() => refuseTooLarge(program, { maxBufferBytes: 4000, maxBindingBytes: 1 })).not.toThrow();
});
