/** The twin of scheduled sampling: how often the given symbol stays, what comes in its place, and that a step repeats. */
import { describe, expect, it } from "vitest";
import { nextSymbolTwin } from "./next-symbol.ts";

const B = 4000;
const V = 3;
const GIVEN = 0;
/** Probabilities 1/7, 4/7, 2/7. */
const logits = Float64Array.from({ length: B * V }, (_, i) => Math.log([1, 4, 2][i % V] ?? 0));

function choose(settings: { readonly ratio: number; readonly draw: number }, step = 5): Uint32Array {
  const ids = new Uint32Array(2 + B).fill(GIVEN);
  const next = new Uint32Array(B);
  const key = Uint32Array.of(7, step);
  nextSymbolTwin({ logits, key, ids, next }, { B, V, logitsOffset: 0, idsOffset: 2, ...settings });
  expect(ids.subarray(2)).toEqual(next);
  expect([...ids.subarray(0, 2)]).toEqual([GIVEN, GIVEN]);
  return next;
}

const share = (ids: Uint32Array, symbol: number) => ids.filter((id) => id === symbol).length / ids.length;
/** Five standard deviations of a share of 4,000. */
const BOUND = 5 * Math.sqrt(0.25 / B);

describe("next-symbol", () => {
  it("keeps every given symbol at ratio 1 and none at ratio 0", () => {
    expect(share(choose({ ratio: 1, draw: 0 }), GIVEN)).toBe(1);
    expect(share(choose({ ratio: 0, draw: 0 }), 1)).toBe(1);
  });

  it("keeps the given symbol in the wished share of places", () => {
    expect(Math.abs(share(choose({ ratio: 0.75, draw: 0 }), GIVEN) - 0.75)).toBeLessThan(BOUND);
  });

  it("draws by the probabilities", () => {
    const drawn = choose({ ratio: 0, draw: 1 });
    for (const [symbol, expected] of [1 / 7, 4 / 7, 2 / 7].entries()) {
      expect(Math.abs(share(drawn, symbol) - expected)).toBeLessThan(BOUND);
    }
  });

  it("chooses the same again in the same training step, and otherwise in another", () => {
    const settings = { ratio: 0.5, draw: 1 };
    expect(choose(settings)).toEqual(choose(settings));
    expect(choose(settings)).not.toEqual(choose(settings, 6));
  });

  it("takes the first of equal logits", () => {
    const next = new Uint32Array(1);
    const tensors = { logits: Float64Array.of(1, 2, 2), key: new Uint32Array(2), ids: new Uint32Array(1), next };
    nextSymbolTwin(tensors, { B: 1, V, logitsOffset: 0, idsOffset: 0, draw: 0, ratio: 0 });
    expect(next[0]).toBe(1);
  });
});
