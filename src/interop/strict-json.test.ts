/** Duplicate keys are found wherever they hide; everything else is `JSON.parse`. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DuplicateKeyError, parseStrictJson } from "./strict-json.ts";

describe("parseStrictJson", () => {
  it.each([
    ['{"a":1,"a":2}', "a"],
    ['{"a":1,"\\u0061":2}', "a"],
    ['{"x":[{"k":1, "k" \n : 2}]}', "k"],
    ['{"":1,"":2}', ""],
    ['{"__proto__":1,"__proto__":2}', "__proto__"],
    ['{"a\\"b":1,"a\\"b":2}', 'a"b'],
  ])("refuses %s", (text, key) => {
    expect(() => parseStrictJson(text)).toThrow(expect.objectContaining({ name: "DuplicateKeyError", key }));
  });

  it("knows strings from keys, and one object from the next", () => {
    for (const text of [
      '["a","a"]',
      '{"a":"a"}',
      '[{"a":1},{"a":2}]',
      '{"a":{"a":{"a":"a:"}}}',
      '{"a":"\\\\","b":"{\\"a\\":1"}',
    ]) {
      expect(parseStrictJson(text)).toEqual(JSON.parse(text));
    }
  });

  it("agrees with JSON.parse on any value", () => {
    fc.assert(
      fc.property(fc.json(), (text) => {
        expect(parseStrictJson(text)).toEqual(JSON.parse(text));
      }),
    );
  });

  it("leaves bad JSON to the parser", () => {
    expect(() => parseStrictJson('{"a":1,"a":')).toThrow(SyntaxError);
    expect(new DuplicateKeyError("a".repeat(500)).message.length).toBeLessThan(150);
  });
});
