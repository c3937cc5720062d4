/** Bytes of saved runs: a round trip, and every refusal as `file-invalid` with its reason. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { InputError } from "../core/errors.ts";
import { readRunFile, writeRunFile } from "./run-file.ts";

const content = {
  tensors: new Map([
    ["layers.0.W", { shape: [1, 3], data: Float32Array.of(1, Number.NaN, Number.NEGATIVE_INFINITY) }],
    ["head.b", { shape: [2], data: Float32Array.of(0.5, -0) }],
  ]),
  metadata: new Map([["run", '{"step":3}']]),
};

describe("a saved run", () => {
  it("comes back with every bit, not-a-number included", () => {
    const file = readRunFile(writeRunFile(content));
    expect(new Map(file.tensors)).toEqual(content.tensors);
    expect(new Map(file.metadata)).toEqual(content.metadata);
  });

  it("gives null for numbers of an element type that has no array", () => {
    const file = new Uint8Array(writeRunFile(content));
    // Two BF16 fill the four bytes of one F32; both names of the type are replaced in place.
    const text = new TextDecoder("latin1").decode(file);
    const header = text.replace('"F32","shape":[2]', '"F16","shape":[4]');
    const changed = Uint8Array.from(header, (character) => character.charCodeAt(0));
    expect(readRunFile(changed.buffer).tensors.get("head.b")).toEqual({ shape: [4], data: null });
  });

  it.each([
    ["an empty file", new Uint8Array(0), { reason: "HeaderTooSmall", tensor: "" }],
    ["a text", new TextEncoder().encode("a,b\n1,2\n3,4\n"), { reason: "HeaderTooLarge", tensor: "" }],
  ])("refuses %s as file-invalid", (_, bytes, details) => {
    expect(() => readRunFile(bytes.slice().buffer)).toThrow(expect.objectContaining({ code: "file-invalid", details }));
  });

  it("names the tensor to blame", () => {
    const text = new TextDecoder("latin1").decode(writeRunFile(content)).replace('"shape":[2]', '"shape":[3]');
    const bytes = Uint8Array.from(text, (character) => character.charCodeAt(0));
    const details = { reason: "TensorInvalidInfo", tensor: "head.b" };
    expect(() => readRunFile(bytes.buffer)).toThrow(expect.objectContaining({ details }));
  });

  it("throws nothing but InputError, whatever the bytes", () => {
    const valid = new Uint8Array(writeRunFile(content));
    const mutation = fc.record({ at: fc.nat({ max: valid.length - 1 }), byte: fc.integer({ min: 0, max: 255 }) });
    fc.assert(
      fc.property(fc.array(mutation, { maxLength: 5 }), fc.nat({ max: valid.length }), (mutations, length) => {
        const bytes = valid.slice();
        for (const { at, byte } of mutations) bytes[at] = byte;
        try {
          readRunFile(bytes.slice(0, length).buffer);
        } catch (error) {
          expect(error).toBeInstanceOf(InputError);
        }
      }),
      { numRuns: 2000 },
    );
  });
});
