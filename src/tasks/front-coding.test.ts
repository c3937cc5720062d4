/** Front coding is lossless for any sorted list of words. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { decodeWords, encodeWords } from "./front-coding.ts";

test("decoding gives back what was encoded", () => {
  const letters = fc.string({ unit: fc.constantFrom("a", "b", "z"), minLength: 1, maxLength: 14 });
  fc.assert(
    fc.property(fc.uniqueArray(letters), (words) => {
      const sorted = [...words].sort();
      expect(decodeWords(encodeWords(sorted))).toEqual(sorted);
    }),
  );
});

test("a shared beginning is written once", () => {
  expect(encodeWords(["abide", "able", "zoo"])).toBe("AabideCleAzoo");
});
