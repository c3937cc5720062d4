import { describe, expect, test } from "vitest";
import { probeTextIssue } from "./probe-text.ts";

const vocabulary = ["a", "b", "ä", "😀"];

describe("a text to read", () => {
  test("is accepted up to the limit, counted in code points", () => {
    expect(probeTextIssue("ab😀", vocabulary, 3)).toBeNull();
    expect(probeTextIssue("ab😀a", vocabulary, 3)).toEqual({ kind: "too-long", length: 4, limit: 3 });
  });
  test("is refused when empty", () => {
    expect(probeTextIssue("", vocabulary, 3)).toEqual({ kind: "empty" });
  });
  test("is refused with each unknown symbol once, before its length matters", () => {
    expect(probeTextIssue("xaxy", vocabulary, 2)).toEqual({ kind: "unknown", symbols: ["x", "y"] });
  });
});
