/** Every fault ends as a whole sentence: with its numbers where it carries them, without where it does not. */
import { describe, expect, it } from "vitest";
import type { Fault } from "../core/errors.ts";
import { faultSentence } from "./fault-text.ts";
import { en } from "./i18n/en.ts";
import { isMessageKey } from "./i18n/translate.ts";
import { FAULT_ACTIONS } from "./notices.ts";

const codes = Object.keys(FAULT_ACTIONS).filter((code): code is keyof typeof FAULT_ACTIONS => code in FAULT_ACTIONS);

describe("faultSentence", () => {
  it.each(codes)("says %s without any number in braces", (code) => {
    expect(faultSentence({ code, details: {} })).not.toMatch(/[{}]/);
  });

  it("says the numbers that a fault carries", () => {
    const details = { tensor: "record", bytes: 5_000_000, limit: 4_000_000 };
    expect(faultSentence({ code: "program-refused", details })).toContain("record needs 5,000,000 bytes");
  });

  it.each<readonly [Fault, string]>([
    [{ code: "file-not-finite", details: { tensors: "head.W, head.b", count: 2 } }, "in head.W, head.b."],
    [{ code: "file-invalid", details: { reason: "MetadataIncompleteBuffer", tensor: "" } }, "longer or shorter"],
    [{ code: "file-invalid", details: { reason: "TensorInvalidInfo", tensor: "head.W" } }, "says of head.W cannot be"],
    [{ code: "file-invalid", details: { reason: "DuplicateName", tensor: "a" } }, "not a run saved by Gatescope."],
    [
      { code: "not-finite", details: { step: 7, operation: "loss-mse", where: "out" } },
      "no longer finite (loss-mse, out)",
    ],
    [{ code: "data-too-short", details: { reason: "characters", rows: 5, needed: 195, length: 64 } }, "5 characters"],
    [{ code: "data-too-short", details: { reason: "rows", rows: 5, needed: 93, length: 30 } }, "5 rows"],
  ])("says what the engine puts into $code", (fault, words) => {
    expect(faultSentence(fault)).toContain(words);
  });

  it("prefers the sentence for the reason", () => {
    const details = { reason: "missing-cell", row: 3, column: "wind", cell: "" };
    expect(faultSentence({ code: "csv-invalid", details })).toContain("Row 3, column wind");
  });

  it("shows untrusted text as it is", () => {
    const details = { path: "seed", expected: "a number", actual: "<img onerror=alert(1)>" };
    expect(faultSentence({ code: "experiment-invalid", details })).toContain("<img onerror=alert(1)>");
  });
});

describe("buttons of faults", () => {
  it("all have a label", () => {
    const actions = new Set(Object.values(FAULT_ACTIONS).flat());
    expect([...actions].filter((action) => !isMessageKey(`action.${action}`))).toEqual([]);
    expect(en["action.restart-engine"]).not.toBe("");
  });
});
