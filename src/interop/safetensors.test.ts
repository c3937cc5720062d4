/** Every refusal of the reader by its name, mutations of valid files, and round trips. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { numbersOf, readSafetensors, SafetensorsError, type TensorToWrite, writeSafetensors } from "./safetensors.ts";

/** A file from header text and data, laid out by hand so that the writer is not its own judge. */
function fileOf(header: string | Uint8Array, dataBytes = 0, statedLength?: bigint): ArrayBuffer {
  const text = typeof header === "string" ? new TextEncoder().encode(header) : header;
  const file = new ArrayBuffer(8 + text.length + dataBytes);
  new DataView(file).setBigUint64(0, statedLength ?? BigInt(text.length), true);
  new Uint8Array(file).set(text, 8);
  return file;
}

/** The name by which a file is refused, or "accepted". */
function refusal(file: ArrayBuffer): string {
  try {
    readSafetensors(file);
    return "accepted";
  } catch (error) {
    if (error instanceof SafetensorsError) return error.code;
    throw error;
  }
}

const entry = (shape: string, offsets: string, dtype = '"F32"') =>
  `{"dtype":${dtype},"shape":${shape},"data_offsets":${offsets}}`;

describe("refusals of the length", () => {
  it.each([0, 1, 7])("refuses a file of %i bytes", (bytes) => {
    expect(refusal(new ArrayBuffer(bytes))).toBe("HeaderTooSmall");
  });

  it.each([2n ** 63n, 2n ** 53n + 1n, 1_000_001n])("refuses a header of %s bytes", (length) => {
    expect(refusal(fileOf("{}", 0, length))).toBe("HeaderTooLarge");
  });

  it("refuses a header longer than the file", () => {
    expect(refusal(fileOf("{}", 0, 3n))).toBe("InvalidHeaderLength");
  });
});

describe("refusals of the header text", () => {
  it.each([
    ["bad UTF-8", new Uint8Array([0x7b, 0xff, 0x7d]), "InvalidHeader"],
    ["an empty header", "", "InvalidHeaderStart"],
    ["an array", "[]", "InvalidHeaderStart"],
    ["a space first", " {}", "InvalidHeaderStart"],
    ["a byte order mark", "\uFEFF{}", "InvalidHeaderStart"],
    ["truncated JSON", '{"a":', "InvalidHeaderDeserialization"],
    ["text after the object", "{} x", "InvalidHeaderDeserialization"],
    ["metadata that is no text", '{"__metadata__":{"a":1}}', "InvalidHeaderDeserialization"],
    ["metadata that is no object", '{"__metadata__":[]}', "InvalidHeaderDeserialization"],
    ["an entry that is no object", '{"a":1}', "InvalidHeaderDeserialization"],
    ["an entry without offsets", '{"a":{"dtype":"F32","shape":[]}}', "InvalidHeaderDeserialization"],
    [
      "an unknown field",
      '{"a":{"dtype":"F32","shape":[0],"data_offsets":[0,0],"b":0}}',
      "InvalidHeaderDeserialization",
    ],
    ["the same name twice", `{"a":${entry("[0]", "[0,0]")},"\\u0061":${entry("[0]", "[0,0]")}}`, "DuplicateName"],
    ["the same metadata key twice", '{"__metadata__":{"a":"1","a" : "2"}}', "DuplicateName"],
  ])("refuses %s", (_, header, code) => {
    expect(refusal(fileOf(header))).toBe(code);
  });

  it.each([
    ["deep nesting", "InvalidHeaderDeserialization", `{"a":${"[".repeat(100_000)}${"]".repeat(100_000)}}`],
    ["100,000 entries", "HeaderTooLarge", manyEntries(100_000)],
    ["as many entries as fit", "accepted", manyEntries(15_000)],
    ["one long string", "InvalidHeaderDeserialization", `{"a":"${"\\\\".repeat(400_000)}"}`],
  ])("answers within a second to %s", (_, code, header) => {
    const file = fileOf(header);
    const start = performance.now();
    expect(refusal(file)).toBe(code);
    expect(performance.now() - start).toBeLessThan(1000);
  });
});

function manyEntries(count: number): string {
  return `{${Array.from({ length: count }, (_, i) => `"${i}":${entry("[0]", "[0,0]")}`).join(",")}}`;
}

describe("refusals of tensors", () => {
  it.each([
    ["an unknown dtype", `{"a":${entry("[1]", "[0,4]", '"F33"')}}`, "TensorInvalidInfo"],
    ["a shape that does not fill its bytes", `{"a":${entry("[2]", "[0,4]")}}`, "TensorInvalidInfo"],
    ["a negative extent", `{"a":${entry("[-1]", "[0,4]")}}`, "TensorInvalidInfo"],
    ["a fractional extent", `{"a":${entry("[1.5]", "[0,4]")}}`, "TensorInvalidInfo"],
    ["an overlap", `{"a":${entry("[1]", "[0,4]")},"b":${entry("[1]", "[0,4]")}}`, "InvalidOffset"],
    ["a hole", `{"a":${entry("[0]", "[0,0]")},"b":${entry("[0]", "[4,4]")}}`, "InvalidOffset"],
    ["an end before the begin", `{"a":${entry("[1]", "[4,0]")}}`, "InvalidOffset"],
    ["a negative begin", `{"a":${entry("[1]", "[-4,0]")}}`, "InvalidOffset"],
    ["a fractional end", `{"a":${entry("[1]", "[0,4.5]")}}`, "InvalidOffset"],
    ["three offsets", `{"a":${entry("[1]", "[0,4,8]")}}`, "InvalidOffset"],
    ["an end beyond 2⁵³", `{"a":${entry("[1]", "[0,9007199254740993]")}}`, "InvalidOffset"],
    ["a product beyond 2⁵³", `{"a":${entry("[4194305,4194305,211106198978564]", "[0,4]")}}`, "ValidationOverflow"],
    ["an extent of 2⁶⁴ − 2", `{"a":${entry("[2,18446744073709551614]", "[0,4]")}}`, "ValidationOverflow"],
    ["no entry for the data", "{}", "MetadataIncompleteBuffer"],
    ["missing data", `{"a":${entry("[2]", "[0,8]")}}`, "MetadataIncompleteBuffer"],
  ])("refuses %s", (_, header, code) => {
    expect(refusal(fileOf(header, 4))).toBe(code);
  });

  it("refuses trailing bytes: a second format may hide there", () => {
    expect(refusal(fileOf(`{"a":${entry("[1]", "[0,4]")}}`, 5))).toBe("MetadataIncompleteBuffer");
  });
});

describe("legal oddities", () => {
  it("accepts no tensors, trailing spaces, scalars, zero extents and neighbours of size zero", () => {
    expect(refusal(fileOf("{}"))).toBe("accepted");
    expect(refusal(fileOf("{}   \n"))).toBe("accepted");
    const header = `{"s":${entry("[]", "[0,4]")},"e":${entry("[0,3]", "[4,4]")},"f":${entry("[0]", "[4,4]")}}`;
    expect(refusal(fileOf(header, 4))).toBe("accepted");
  });

  it("keeps names that are hostile as object keys or on screen", () => {
    const names = ["__proto__", "constructor", "", "\u202Eabc", "x".repeat(10_000)];
    const header = names.map((name) => `${JSON.stringify(name)}:${entry("[0]", "[0,0]")}`).join(",");
    const { tensors } = readSafetensors(fileOf(`{${header}}`));
    expect([...tensors.keys()]).toEqual(names);
    expect(Object.prototype).not.toHaveProperty("dtype");
  });

  it("copies unaligned data and keeps not-a-number", () => {
    const header = `{"a":${entry("[2]", "[0,8]")}} `.padEnd(61);
    const file = fileOf(header, 8);
    const data = new DataView(file, 8 + header.length);
    data.setFloat32(0, Number.NaN, true);
    data.setFloat32(4, -1.5, true);
    const tensor = readSafetensors(file).tensors.get("a");
    expect(tensor && numbersOf(tensor)).toEqual(new Float32Array([Number.NaN, -1.5]));
  });

  it("has no numbers for half precision", () => {
    const tensor = readSafetensors(fileOf(`{"a":${entry("[2]", "[0,4]", '"BF16"')}}`, 4)).tensors.get("a");
    expect(tensor && numbersOf(tensor)).toBeNull();
  });
});

const toWrite: fc.Arbitrary<TensorToWrite> = fc
  .oneof(
    fc.float32Array({ maxLength: 12 }),
    fc.float64Array({ maxLength: 12 }),
    fc.int32Array({ maxLength: 12 }),
    fc.uint32Array({ maxLength: 12 }),
  )
  .map((data) => ({ shape: data.length % 2 === 0 ? [2, data.length / 2] : [data.length], data }));
const contents = fc.record({
  tensors: fc.array(fc.tuple(fc.string(), toWrite), { maxLength: 6 }).map((entries) => new Map(entries)),
  metadata: fc.array(fc.tuple(fc.string(), fc.string()), { maxLength: 3 }).map((entries) => new Map(entries)),
});

describe("writer", () => {
  it("round-trips any tensors and metadata", () => {
    fc.assert(
      fc.property(contents, ({ tensors, metadata }) => {
        const parsed = readSafetensors(writeSafetensors(tensors, metadata));
        expect(new Map(parsed.metadata)).toEqual(metadata);
        expect(new Set(parsed.tensors.keys())).toEqual(new Set(tensors.keys()));
        for (const [name, { shape, data }] of tensors) {
          const stored = parsed.tensors.get(name);
          expect(stored?.shape).toEqual(shape);
          expect(stored && numbersOf(stored)).toEqual(data);
        }
      }),
      { numRuns: 200 },
    );
  });

  it("writes bytes that the format's page describes", () => {
    const tensors = new Map([
      ["b", { shape: [1], data: new Float32Array([1]) }],
      ["a", { shape: [1], data: new Int32Array([2]) }],
      ["c", { shape: [1], data: new Float64Array([3]) }],
    ]);
    const file = writeSafetensors(tensors, new Map([["format", "test"]]));
    const length = Number(new DataView(file).getBigUint64(0, true));
    expect(length % 8).toBe(0);
    const header: unknown = JSON.parse(new TextDecoder().decode(new Uint8Array(file, 8, length)));
    expect(header).toEqual({
      __metadata__: { format: "test" },
      c: { dtype: "F64", shape: [1], data_offsets: [0, 8] },
      a: { dtype: "I32", shape: [1], data_offsets: [8, 12] },
      b: { dtype: "F32", shape: [1], data_offsets: [12, 16] },
    });
    expect(new Float64Array(file, 8 + length, 1)).toEqual(new Float64Array([3]));
  });

  it("refuses a shape that does not fit its data", () => {
    const tensors = new Map([["a", { shape: [2], data: new Float32Array(3) }]]);
    expect(() => writeSafetensors(tensors, new Map())).toThrow(RangeError);
  });
});

describe("mutations of valid files", () => {
  it("are read or refused by name, never anything else", () => {
    const mutation = fc.record({ at: fc.nat(), byte: fc.integer({ min: 0, max: 255 }) });
    fc.assert(
      fc.property(contents, fc.array(mutation, { minLength: 1, maxLength: 4 }), fc.nat(), (content, mutations, cut) => {
        const valid = new Uint8Array(writeSafetensors(content.tensors, content.metadata));
        for (const { at, byte } of mutations) valid[at % valid.length] = byte;
        expect(() => refusal(valid.slice(0, valid.length - (cut % 3)).buffer)).not.toThrow();
      }),
      { numRuns: 3000 },
    );
  });
});
