/**
 * The kernel of whole training steps against its data: what the table says in numbers, the WGSL reads by position, so a
 * routine that counts otherwise than its form would read the wrong numbers without any error.
 */
import { describe, expect, test } from "vitest";
import { MICRO_FORMS } from "../../operations/micro-forms.ts";
import { findOperation } from "../../operations/registry.ts";
import { MICRO_KERNEL, MICRO_ROUTINES, MICRO_TABLE } from "../../operations/training-steps.ts";
import { composeShader, readShader } from "./shaders.ts";

const source = readShader(MICRO_KERNEL.file);
const whole = composeShader(MICRO_KERNEL).code.replace(/\/\/.*$/gm, "");

/** Text of a routine, to the next function. */
function routineText(routine: string): string {
  const begin = whole.indexOf(`fn ${routine}(call: Call, lane: u32)`);
  if (begin < 0) throw new Error(`there is no routine ${routine}`);
  const end = whole.indexOf("\nfn ", begin + 1);
  return whole.slice(begin, end < 0 ? undefined : end);
}

/** What the lines `let name = how(call, 3u);` of a routine say, `how` being one of the accessors. */
function readsOf(routine: string, ...how: readonly string[]) {
  const pattern = new RegExp(String.raw`let (\w+) = (${how.join("|")})\(call, (\d+)u\);`, "g");
  return [...routineText(routine).matchAll(pattern)].map(([, name = "", , at]) => ({
    name: name.replace(/_$/, ""),
    at: Number(at),
  }));
}

test("binds and declares what its data say", () => {
  const variables = [...source.matchAll(/@group\(0\) @binding\((\d)\) var<storage, (\w+)> (\w+):/g)];
  expect(variables.map(([, , access, tensor]) => ({ tensor, access }))).toEqual(MICRO_KERNEL.bindings);
  const rows = [...source.matchAll(/^\/\/ \| (\d) +\| (\w+) +\| (\w+) +\|/gm)];
  expect(rows.map(([, , tensor, access]) => ({ tensor, access }))).toEqual(MICRO_KERNEL.bindings);
  const fields = [...(/struct Args \{([^}]*)\}/.exec(source)?.[1]?.matchAll(/(\w+): (\w+)/g) ?? [])];
  expect(fields.map(([, name, type]) => ({ name, type }))).toEqual(MICRO_KERNEL.scalars);
  const overrides = [...source.matchAll(/override (\w+): u32 = (\d+)u;/g)];
  expect(Object.fromEntries(overrides.map(([, name, value]) => [name, Number(value)]))).toEqual(MICRO_KERNEL.sizes);
});

test("plays the routines in the order of its data, each under its bit", () => {
  const calls = source.matchAll(
    /if \(\(ROUTINES & (\d+)u\) != 0u\) \{\s+for \(; call\.at < table\[ends \+ (\d+)u\]; call\.at \+= CALL_WORDS\) \{\s+(\w+)\(call, lane\);\s+storageBarrier\(\);/g,
  );
  expect([...calls].map(([, bit, end, routine]) => [Number(bit), Number(end), routine])).toEqual(
    MICRO_ROUTINES.map((routine, i) => [2 ** i, i, routine]),
  );
  expect(whole).toContain(`const ROUTINE_COUNT: u32 = ${MICRO_ROUTINES.length}u;`);
  expect(whole).toContain(`const CALL_WORDS: u32 = ${MICRO_TABLE.callWords}u;`);
  expect(whole).toContain(`const FIRST_NUMBER: u32 = ${MICRO_TABLE.firstNumber}u;`);
});

const forms = Object.entries(MICRO_FORMS).flatMap(([name, form]) => (form ? [[name, form] as const] : []));

describe.each(forms)("the form of %s", (name, form) => {
  const operation = findOperation(name);

  test("names tensors and numbers in the order in which its routine reads them", () => {
    const ones = Object.fromEntries([...operation.extents, ...operation.constants].map((number) => [number, 1]));
    const words = Object.keys(form.words(ones));
    const numbers = readsOf(form.routine, "number", "constant", "scalar", "scalar_word");
    const wanted = [...words, ...(form.floats ?? []), ...(form.scalars ?? []).map((scalar) => scalar.name)];
    expect(numbers).toEqual(wanted.map((number, at) => ({ name: number, at })));
    const tensors = Object.keys(form.tensors);
    const read = readsOf(form.routine, "tensor");
    expect(read).toEqual(tensors.slice(0, read.length).map((tensor, at) => ({ name: tensor, at })));
    expect(wanted.length).toBeLessThanOrEqual(MICRO_TABLE.callWords - MICRO_TABLE.firstNumber);
    expect(2 * tensors.length).toBeLessThanOrEqual(MICRO_TABLE.firstNumber);
  });

  test("reads each scalar as its type, and only what the contract has", () => {
    for (const { name: scalar, type } of form.scalars ?? []) {
      expect(operation.scalars).toContain(scalar);
      expect(readsOf(form.routine, type === "u32" ? "scalar_word" : "scalar").map((one) => one.name)).toContain(scalar);
    }
    for (const number of form.floats ?? []) {
      expect(operation.constants).toContain(number);
      expect(readsOf(form.routine, "constant").map((one) => one.name)).toContain(number);
    }
    for (const tensor of Object.values(form.tensors)) if (tensor) expect(operation.tensors).toHaveProperty(tensor);
  });
});
