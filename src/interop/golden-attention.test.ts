/** Golden matrices of attention and readout against ours, index by index. */
import { expect, it } from "vitest";
import { attentionBlocks, blocksFromGolden, blocksToGolden, readoutBlocks } from "./golden-attention.ts";

const file = new Map([
  ["att.W_q", [1, 2, 3, 4, 5, 6]], // [A 2, Q 3]
  ["att.W_k", [11, 12]], // [A 2, D 1]
  ["att.W_v", [21]], // [Av 1, D 1]
  ["comb.W", [1, 2, 3, 4, 5, 6]], // [H 2, E 1 + H 2]
  ["comb.b", [7, 8]],
  ["out.W", [1, 2]], // [V 1, H 2]
  ["out.b", [9]],
]);
const find = (name: string) => file.get(name);
const projected = { score: "dot-projected", width: 2, valueWidth: 1 } as const;

it("transposes, and puts keys and values side by side", () => {
  const blocks = attentionBlocks(projected, { query: 3, source: 1 }, "att.");
  const house = blocksFromGolden(blocks, find);
  expect([...(house?.get("attention.Wq") ?? [])]).toEqual([1, 4, 2, 5, 3, 6]);
  expect([...(house?.get("attention.Wkv") ?? [])]).toEqual([11, 12, 21]);
});

it("turns [c, s] into [s, c]", () => {
  const house = blocksFromGolden(readoutBlocks("luong", { H: 2, E: 1, V: 1 }), find);
  // Columns 1 and 2 of the file act on s, column 0 on c.
  expect([...(house?.get("combine.W") ?? [])]).toEqual([2, 5, 3, 6, 1, 4]);
});

it("comes back, and refuses a file that lacks a number", () => {
  const blocks = [
    ...attentionBlocks(projected, { query: 3, source: 1 }, "att."),
    ...readoutBlocks("luong", { H: 2, E: 1, V: 1 }),
  ];
  const house = blocksFromGolden(blocks, find);
  const back = blocksToGolden(blocks, (name) => house?.get(name) ?? []);
  expect(new Map([...back].map(([name, values]) => [name, [...values]]))).toEqual(file);
  expect(blocksFromGolden(blocks, (name) => (name === "out.b" ? [] : find(name)))).toBeNull();
});
