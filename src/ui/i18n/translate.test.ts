import { describe, expect, test } from "vitest";
import { en } from "./en.ts";
import { formatExact, formatNumber, formatPercent, formatTwoDecimals } from "./format.ts";
import { isMessageKey, t, translate } from "./translate.ts";

describe("sentences", () => {
  test("numbers are grouped, texts inserted as they are", () => {
    expect(t("gates.atStep", { step: 12345 })).toBe("parameters of step 12,345");
    expect(t("loss.readout", { step: 3, train: "0.5", smooth: "–", validation: "$&{step}" })).toBe(
      "step 3: train 0.5, smoothed –, validation $&{step}",
    );
  });

  test("the plural follows the count", () => {
    expect(t("probe.text", { count: 1 })).toBe("Text to read, up to 1 symbol");
    expect(t("probe.text", { count: 15 })).toBe("Text to read, up to 15 symbols");
  });

  test("a missing value stays visible in its braces", () => {
    expect(translate("gates.atStep", {})).toBe("parameters of step {step}");
  });

  test("keys that come as data are checked, inherited names are no keys", () => {
    expect(isMessageKey("gates.title")).toBe(true);
    expect(isMessageKey("gates.nothing")).toBe(false);
    expect(isMessageKey("toString")).toBe(false);
  });

  test("braces are balanced and both forms of a plural have text", () => {
    for (const [key, message] of Object.entries(en)) {
      for (const text of typeof message === "string" ? [message] : [message.one, message.other]) {
        expect(text.replace(/\{\w+\}/g, ""), key).toMatch(/^[^{}]+$|^$/);
        expect(text, key).not.toBe("");
      }
    }
  });
});

describe("numbers", () => {
  test.each([
    [1461, "1,461"],
    [123456789, "123,456,789"],
    [0.123456, "0.1235"],
    [2.5, "2.5"],
    [1e-7, "1.000e-7"],
    [0, "0"],
    [Number.NaN, "not a number"],
    [Number.NEGATIVE_INFINITY, "−∞"],
  ])("%s reads %s", (value, expected) => {
    expect(formatNumber(value)).toBe(expected);
  });

  test("exact values parse back to seven digits, whatever their size", () => {
    for (const value of [0.8123456789, -1.5e-9, 123456.789, 1, 0]) {
      const parsed = Number(formatExact(value));
      expect(Math.abs(parsed - value)).toBeLessThanOrEqual(Math.abs(value) * 5e-7);
    }
  });

  test("columns keep two decimals, shares become per cent", () => {
    expect(formatTwoDecimals(2)).toBe("2.00");
    expect(formatPercent(0.0412)).toBe("4.1%");
  });
});
