/** Twin of `next-symbol`. */
import { STREAM, uniform } from "../../core/rng.ts";
import type { nextSymbol } from "../../operations/next-symbol.ts";
import type { Twin } from "./twin.ts";

/** Keeps the given symbol or puts the model's own in its place. */
export const nextSymbolTwin: Twin<typeof nextSymbol> = ({ logits, key, ids, next }, numbers) => {
  const { B, V, logitsOffset, idsOffset, draw, ratio } = numbers;
  const drawn = (index: number) => uniform(key[0]!, STREAM.scheduledSampling, key[1]!, index);
  for (let b = 0; b < B; b++) {
    const at = idsOffset + b;
    if (drawn(2 * at) >= Math.fround(ratio)) {
      const row = logitsOffset + b * V;
      let best = 0;
      for (let v = 1; v < V; v++) if (logits[row + v]! > logits[row + best]!) best = v;
      ids[at] = best;
      if (draw === 1) {
        let sum = 0;
        for (let v = 0; v < V; v++) sum += Math.exp(logits[row + v]! - logits[row + best]!);
        let rest = drawn(2 * at + 1) * sum;
        let chosen = 0;
        for (; chosen < V - 1; chosen++) {
          rest -= Math.exp(logits[row + chosen]! - logits[row + best]!);
          if (rest < 0) break;
        }
        ids[at] = chosen;
      }
    }
    next[b] = ids[at]!;
  }
};
