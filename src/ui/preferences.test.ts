/** Stored text is untrusted: anything that is no preference leaves the default. */
import { describe, expect, it } from "vitest";
import { DEFAULT_PREFERENCES, parsePreferences } from "./preferences.ts";

describe("parsePreferences", () => {
  it.each([
    null,
    "",
    "{",
    "[]",
    "7",
    '"dark"',
    "null",
    '{"theme":"pink","shortcuts":"yes","pauseWhenHidden":1,"backend":"gpu"}',
  ])("reads %j as the defaults", (text) => {
    expect(parsePreferences(text)).toEqual(DEFAULT_PREFERENCES);
  });

  it("reads back what it wrote", () => {
    const chosen = { theme: "dark", shortcuts: false, pauseWhenHidden: true, backend: "wasm" } as const;
    expect(parsePreferences(JSON.stringify(chosen))).toEqual(chosen);
  });
});
