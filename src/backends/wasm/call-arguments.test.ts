/**
 * The two sides of a kernel's arguments, which no compiler compares: fields of the classes in `wasm/` and what is written
 * for the contract of the same name.
 */
import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { argumentNames, kernelName } from "./call-arguments.ts";
import { FAST_TWINS } from "./fast-twins.ts";

const sources = readdirSync("wasm").map((file) => readFileSync(`wasm/${file}`, "utf8"));

/** Class name → its fields in order. */
const classes = new Map(
  sources
    .flatMap((source) => [...source.matchAll(/^@unmanaged\nclass (\w+) \{\n([^}]*)\}/gm)])
    .map(([, name = "", body = ""]) => [name, [...body.matchAll(/^ {2}(\w+): (\w+);/gm)]]),
);

test.each(FAST_TWINS.map(({ operation }) => operation))(
  "the arguments of $name are read as they are written",
  (operation) => {
    const stem = kernelName(operation.name);
    const fields = classes.get(stem.charAt(0).toUpperCase() + stem.slice(1)) ?? [];
    expect(fields.map(([, name]) => name)).toEqual(argumentNames(operation));
    expect(new Set(fields.map(([, , type]) => type))).toEqual(new Set(["f64"]));
  },
);

test("every class is the arguments of a fast twin", () => {
  expect(classes.size).toBe(FAST_TWINS.length);
});
