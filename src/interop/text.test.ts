/** Bytes that become text, and those that are refused, each with its numbers. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { decodeText, previewText, readOwnText, type TextRules } from "./text.ts";

const rules: TextRules = { code: "text-invalid", maximumBytes: 1000 };
const utf8 = (text: string) => new TextEncoder().encode(text);
const utf16 = (text: string, order: "little" | "big"): Uint8Array<ArrayBuffer> => {
  const view = new DataView(new ArrayBuffer(text.length * 2));
  for (let i = 0; i < text.length; i++) view.setUint16(i * 2, text.charCodeAt(i), order === "little");
  return new Uint8Array(view.buffer);
};
const refused = (details: object) => expect.objectContaining({ name: "InputError", code: "text-invalid", details });

describe("decodeText reads", () => {
  test("any UTF-8 text without zero characters, line ends apart", () => {
    const isAllowed = (point: number) => point !== 13 && !(point >= 0xd800 && point <= 0xdfff);
    const points = fc.integer({ min: 1, max: 0x10ffff }).filter(isAllowed);
    const texts = fc.array(points, { minLength: 1, maxLength: 20 }).map((all) => String.fromCodePoint(...all));
    fc.assert(
      fc.property(texts, (text) => {
        fc.pre(!text.startsWith("\ufeff"));
        expect(decodeText(utf8(text), rules)).toBe(text);
      }),
    );
  });

  test.each([
    ["UTF-8 with a byte order mark", utf8("\ufeffa,é\n")],
    ["UTF-16 little endian with one", utf16("\ufeffa,é\n", "little")],
    ["UTF-16 big endian with one", utf16("\ufeffa,é\n", "big")],
    ["UTF-16 little endian without", utf16("a,é\n", "little")],
    ["UTF-16 big endian without", utf16("a,é\n", "big")],
  ])("%s", (_, bytes) => {
    expect(decodeText(bytes, rules)).toBe("a,é\n");
  });

  test("line ends of every system as \\n", () => {
    expect(decodeText(utf8("a\r\nb\rc\nd\r\n\r\n"), rules)).toBe("a\nb\nc\nd\n\n");
  });
});

describe("decodeText refuses", () => {
  test.each([0, 3])("an empty file, with or without byte order mark (%i bytes)", (bytes) => {
    const file = utf8(bytes === 0 ? "" : "\ufeff");
    expect(() => decodeText(file, rules)).toThrow(refused({ reason: "empty", bytes }));
  });

  test("what is larger than the limit, before decoding it", () => {
    const details = { reason: "too-large", bytes: 1001, maximumBytes: 1000 };
    expect(() => decodeText(new Uint8Array(1001), rules)).toThrow(refused(details));
  });

  test("binary files, by their first zero byte", () => {
    const png = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 0x0d, 0x49, 0x48, 0x44, 0x52);
    expect(() => decodeText(png, rules)).toThrow(refused({ reason: "binary", offset: 8, bytes: 16 }));
  });

  test("UTF-16 that holds a zero character", () => {
    const details = { reason: "binary", offset: 2, bytes: 6 };
    expect(() => decodeText(utf16("\ufeff\0a", "little"), rules)).toThrow(refused(details));
  });

  test("bytes that are not UTF-8, where the first one stands", () => {
    const details = { reason: "encoding", encoding: "utf-8", offset: 9, byte: 0xe9 };
    const latin1 = Uint8Array.of(...utf8("é\ufffd caf"), 0xe9, 0x0a);
    expect(() => decodeText(latin1, rules)).toThrow(refused({ ...details }));
  });

  test("half a surrogate pair in UTF-16", () => {
    const details = { reason: "encoding", encoding: "utf-16le", bytes: 6 };
    expect(() => decodeText(utf16("\ufeff\ud800a", "little"), rules)).toThrow(refused(details));
  });
});

test("a preview counts code points and distinct ones and shows the beginning", () => {
  const text = `⭐${"ab".repeat(300)}`;
  expect(previewText(utf8(text))).toEqual({
    kind: "text",
    characters: 601,
    symbols: 3,
    start: Array.from(text).slice(0, 200).join(""),
  });
  expect(readOwnText(utf8("abc"))).toEqual({ kind: "text", text: "abc" });
});
