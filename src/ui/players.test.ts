/** What can be chosen: an address that is no wish, and what openings of backends tell about the others. */
import { describe, expect, it } from "vitest";
import type { BackendInfo } from "../core/backend.ts";
import { learnUnavailable, readWish } from "./players.ts";

const info = (kind: BackendInfo["kind"]): BackendInfo => ({
  ...{ kind, adapter: "test", software: true },
  limits: { maxBufferBytes: 1, maxBindingBytes: 1 },
});
const noAdapter = { code: "adapter-missing", details: { message: "" } } as const;
const noWasm = { code: "wasm-refused", details: { message: "" } } as const;

describe("readWish", () => {
  it.each(["auto", "webgpu", "wasm", "cpu"] as const)("knows %s", (wish) => expect(readWish(wish)).toBe(wish));
  it.each([null, undefined, "", "gpu", "AUTO", 1, { wasm: true }])("takes %j for nothing", (text) => {
    expect(readWish(text)).toBeNull();
  });
});

describe("learnUnavailable", () => {
  it("names what was refused, with its reason", () => {
    expect(learnUnavailable({}, info("wasm"), [noAdapter])).toEqual({ webgpu: noAdapter });
    expect(learnUnavailable({}, info("cpu"), [noAdapter, noWasm])).toEqual({ webgpu: noAdapter, wasm: noWasm });
  });

  it("remembers it while another player is opened, and forgets it once it came", () => {
    expect(learnUnavailable({ webgpu: noAdapter }, info("cpu"), [])).toEqual({ webgpu: noAdapter });
    expect(learnUnavailable({ webgpu: noAdapter }, info("webgpu"), [])).toEqual({});
  });
});
