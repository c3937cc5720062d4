/** Who may start by itself: the default run on a bare address, and nobody else. */
import { describe, expect, it } from "vitest";
import type { KeptRun } from "../storage/runs.ts";
import { isForeignLink, wishOf, withWish } from "./address.ts";
import { chooseFirstRun, type Findings } from "./first-run.ts";
import { weatherExperiment } from "./samples.ts";

const kept: KeptRun = { file: new ArrayBuffer(8), own: null };
const bare: Findings = { link: null, foreign: false, kept: null, reducedMotion: false };
const link = { ok: true, experiment: weatherExperiment, plan: null, fault: null } as const;
const fault = { code: "link-invalid", details: { reason: "encoding" } } as const;

describe("chooseFirstRun", () => {
  it("starts the default run by itself on a bare first visit", () => {
    expect(chooseFirstRun(bare)).toMatchObject({ kind: "default", autoplay: true, notice: "self-started" });
  });

  it("waits where motion is unwelcome", () => {
    expect(chooseFirstRun({ ...bare, reducedMotion: true })).toMatchObject({ kind: "default", autoplay: false });
  });

  it("shows a link from outside even when a run was kept, and lets it wait", () => {
    expect(chooseFirstRun({ ...bare, link, foreign: true, kept })).toMatchObject({
      kind: "link",
      notice: "link-waits",
    });
  });

  it("brings the kept run back on a reload", () => {
    expect(chooseFirstRun({ ...bare, kept })).toEqual({ kind: "kept", kept });
    expect(chooseFirstRun({ ...bare, link, kept })).toEqual({ kind: "kept", kept });
  });

  it("falls back on the default for a broken link, says so and starts nothing", () => {
    const first = chooseFirstRun({ ...bare, link: { ok: false, fault }, foreign: true, kept });
    expect(first).toMatchObject({ kind: "default", autoplay: false, fault });
  });
});

describe("the address", () => {
  it.each([
    ["", null],
    ["?backend=auto", "auto"],
    ["?backend=cpu", "cpu"],
    ["?backend=wasm", "wasm"],
    ["?backend=webgpu", "webgpu"],
    ["?backend=%3Cscript%3E", null],
    ["?backend=CPU", null],
    ["?%", null],
  ])("reads %j as the wish %j", (search, wish) => {
    expect(wishOf(search)).toBe(wish);
  });

  it.each([
    ["", "wasm", "?backend=wasm"],
    ["?backend=cpu&tune=off", "webgpu", "?backend=webgpu&tune=off"],
    ["?tune=off&backend=cpu", "auto", "?tune=off"],
    ["?backend=cpu", "auto", ""],
  ] as const)("writes into %j the wish %j as %j", (search, wish, written) => {
    expect(withWish(search, wish)).toBe(written);
  });

  it("takes a fragment for foreign unless this page wrote it", () => {
    expect(isForeignLink("#e=abc", null)).toBe(true);
    expect(isForeignLink("#%", { some: "state" })).toBe(true);
    expect(isForeignLink("#e=abc", "gatescope-own")).toBe(false);
    expect(isForeignLink("", null)).toBe(false);
  });
});
