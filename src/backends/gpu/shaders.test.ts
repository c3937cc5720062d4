/**
 * The WGSL files against the contracts: the data beside a contract decides layouts, uniform blocks and grids, so a kernel
 * that says anything else would read the wrong numbers without any error.
 */
/// <reference types="vite/client" />
import { describe, expect, test } from "vitest";
import { MAX_MODELS } from "../../core/model-layout.ts";
import type { Kernel, Operation } from "../../core/operation.ts";
import { OPERATIONS } from "../../operations/registry.ts";
import { MICRO_KERNEL } from "../../operations/training-steps.ts";
import { mostScalarBytes } from "./scalars.ts";
import { composeShader, locate, readShader } from "./shaders.ts";
import { UNIFORM_BINDING_BYTES } from "./uniform-bytes.ts";

interface Entry {
  readonly operation: Operation;
  readonly implementation: string;
  readonly kernel: Kernel;
  /** Scalars that the loop gives. */
  readonly looped: readonly string[];
  readonly scratch: readonly string[];
}

const entries: readonly Entry[] = OPERATIONS.flatMap((operation) =>
  Object.entries(operation.implementations).flatMap(([implementation, { passes, scratch }]) =>
    passes.flatMap(({ kernels, loop }) =>
      kernels.map((kernel) => ({
        ...{ operation, implementation, kernel },
        ...{
          looped: loop ? ["t", ...(loop.by === undefined ? [] : ["steps"])] : [],
          scratch: Object.keys(scratch ?? {}),
        },
      })),
    ),
  ),
);
const files = Object.keys(import.meta.glob("../../../shaders/**/*.wgsl")).map((path) =>
  path.replace("../../../shaders/", "").replace(".wgsl", ""),
);

/** Only code: comments may say what they like. */
const withoutComments = (text: string) => text.replace(/\/\/.*$/gm, "");

/** The tensor a WGSL name stands for: a reserved word carries an underscore. */
const tensorName = (name: string) => name.replace(/_$/, "");

/** How a kernel declares its block, or one for each model, whose scalars then differ. */
const blockOf = ({ scalarsPerModel }: Kernel) =>
  scalarsPerModel ? { name: "args_of", type: `array<Args, ${MAX_MODELS}>` } : { name: "args", type: "Args" };

describe.each(entries.map((entry) => [entry.kernel.file, entry] as const))("%s", (file, entry) => {
  const { operation, kernel } = entry;
  const source = readShader(file);
  const code = withoutComments(source);
  const variables = [...code.matchAll(/@group\((\d)\) @binding\((\d)\) var<([^>]*)> (\w+): ([^;]*);/g)].map(
    ([, group, binding, space, name, type]) => ({ group, binding: Number(binding), space, name: name ?? "", type }),
  );

  test("binds the tensors of its data, in order, with their access and type", () => {
    const tensors = variables.filter(({ group }) => group === "0");
    expect(tensors.map(({ binding }) => binding)).toEqual(kernel.bindings.map((_, i) => i));
    expect(tensors.map(({ name, space }) => ({ tensor: tensorName(name), access: space?.split(", ")[1] }))).toEqual(
      kernel.bindings,
    );
    for (const { name, type } of tensors) {
      const contract = operation.tensors[tensorName(name)];
      const allowed = contract?.type === "u32" ? ["array<u32>", "array<atomic<u32>>"] : ["array<f32>"];
      if (contract) expect(allowed, name).toContain(type);
    }
    expect(kernel.bindings.length).toBeLessThanOrEqual(8);
  });

  test("writes only what the contract lets it write, and knows every tensor", () => {
    for (const { tensor, access } of kernel.bindings) {
      if (entry.scratch.includes(tensor)) continue;
      const contract = operation.tensors[tensor];
      expect(contract, tensor).toBeDefined();
      if (contract?.access === "in") expect(access, tensor).toBe("read");
    }
  });

  test("declares the uniform block of its data", () => {
    const fields = [...(/struct Args \{([^}]*)\}/.exec(code)?.[1]?.matchAll(/(\w+): (\w+)/g) ?? [])];
    expect(fields.map(([, name, type]) => ({ name, type }))).toEqual(kernel.scalars);
    const blocks = variables.filter(({ group }) => group === "1");
    expect(blocks.map(({ binding, space, name, type }) => ({ binding, space, name, type }))).toEqual(
      kernel.scalars.length === 0 ? [] : [{ binding: 0, space: "uniform", ...blockOf(kernel) }],
    );
    expect(mostScalarBytes(kernel)).toBeLessThanOrEqual(UNIFORM_BINDING_BYTES);
    const known = [...operation.extents, ...operation.constants, ...operation.scalars, ...entry.looped];
    // Without one of them the kernel would read the first model's numbers for every model.
    const distances = kernel.bindings.map(({ tensor }) => `${tensor}PerModel`);
    const text = [source, ...(kernel.lib ?? []).map((name) => readShader(`lib/${name}`))].map(withoutComments).join("");
    for (const name of distances) {
      expect(kernel.scalars).toContainEqual({ name, type: "u32" });
      expect(text).toContain(`args.${name}`);
    }
    known.push(...distances);
    for (const { name } of kernel.scalars) expect(known).toContain(name);
    if (!kernel.scalarsPerModel) return;
    // Elements of an array in the uniform address space must begin at multiples of 16.
    expect(code).toMatch(/struct Args \{\s*@align\(16\)/);
    expect(code).toContain("let args = args_of[group.z];");
    expect(kernel.scalars.some(({ name }) => operation.scalars.includes(name))).toBe(true);
  });

  test("declares the sizes of its data with the same defaults", () => {
    const overrides = [...code.matchAll(/override (\w+): u32 = (\d+)u;/g)];
    expect(Object.fromEntries(overrides.map(([, name, value]) => [name, Number(value)]))).toEqual(kernel.sizes);
    expect(code.match(/\boverride\b/g) ?? []).toHaveLength(overrides.length);
  });

  test("has one entry point, and a header whose table lists its bindings", () => {
    expect(code.match(/@compute/g)).toHaveLength(1);
    expect(code).toMatch(/fn main\(/);
    const rows = [...source.matchAll(/^\/\/ \| (\d) +\| (\w+) +\| (\w+) +\|/gm)];
    expect(rows.map(([, , name, access]) => ({ tensor: tensorName(name ?? ""), access }))).toEqual(kernel.bindings);
    // Implementations may share a kernel, which is named for the first of them.
    const first = entries.find(({ kernel: { file: other } }) => other === file)?.implementation;
    expect(source.startsWith(`// ${operation.name}, \`${first}\``)).toBe(true);
    expect(file.split(".").slice(0, 2)).toEqual([operation.name, first]);
  });
});

test("every file is a kernel of some implementation, or of training steps, or a shared file that one names", () => {
  const kernels = [...entries.map(({ kernel }) => kernel), MICRO_KERNEL];
  const shared = kernels.flatMap(({ lib }) => lib ?? []).map((name) => `lib/${name}`);
  expect(new Set(files)).toEqual(new Set([...kernels.map(({ file }) => file), ...shared]));
});

test.each(files.filter((file) => file.startsWith("lib/")))("%s holds functions and constants only", (file) => {
  expect(withoutComments(readShader(file))).not.toMatch(/@group|@compute|\boverride\b|\bvar</);
});

test.each(files)("%s keeps to what both Tint and Naga accept, and to our numbers", (file) => {
  const code = withoutComments(readShader(file));
  expect(code).not.toMatch(/\b(enable|requires)\b|ptr<(workgroup|storage)|var<immediate/);
  // A user function that is handed a pointer to an array element makes Naga panic; atomics are no user functions.
  expect(code.replace(/atomic(Or|Load|Store)\(&/g, "")).not.toMatch(/&\w+\[/);
  expect(code).not.toMatch(/\.[xyzw]{2,4} *[-+*/]?=[^=]/);
  // The built-in returns NaN from |x| = 89 on some adapters; ours is tanh4.
  expect(code).not.toMatch(/\btanh\(/);
});

test("a line of the joined text is found in the file it came from", () => {
  const entry = entries.find(({ kernel }) => kernel.lib?.at(-1) === "activations");
  if (!entry) throw new Error("no kernel has activations as its last shared file");
  const shader = composeShader(entry.kernel);
  const lines = shader.code.split("\n");
  for (const [text, file] of [
    ["struct Args {", `shaders/${entry.kernel.file}.wgsl`],
    ["fn sigmoid4(x: vec4<f32>) -> vec4<f32> {", "shaders/lib/activations.wgsl"],
  ] as const) {
    const line = lines.indexOf(text) + 1;
    const found = locate(shader, line);
    expect(found.file).toBe(file);
    const original = readShader(file.replace(/^shaders\/|\.wgsl$/g, "")).split("\n");
    expect(original[found.line - 1]).toBe(text);
  }
});

test("an unknown shader is named", () => {
  expect(() => readShader("no-such.kernel")).toThrow("shaders/no-such.kernel.wgsl");
});
