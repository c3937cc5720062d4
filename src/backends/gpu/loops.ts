/** What a pass plays of a call: whether it is played at all, and the indices or chunks of its loop. */
import { ContractError } from "../../core/errors.ts";
import type { Loop, Numbers, Pass } from "../../core/operation.ts";
import { evaluateExtent } from "../../core/required-elements.ts";

/** True where a call plays the pass at the plan's sizes. */
export function isPlayed({ when = {} }: Pass, numbers: Numbers, sizes: Numbers): boolean {
  if (typeof when === "function") return when(numbers, sizes);
  return Object.entries(when).every(([constant, value]) => numbers[constant] === value);
}

/** Where a loop begins, which way it goes, and how many indices it has. */
export function loopRange(loop: Loop, numbers: Numbers) {
  const from = evaluateExtent(String(loop.from), numbers);
  const to = evaluateExtent(String(loop.to), numbers);
  return { from, direction: to >= from ? 1 : -1, total: Math.abs(to - from) + 1 };
}

/** From `from` to `to` inclusive, upwards or downwards, one by one or in chunks; the last chunk has what is left. */
export function loopRounds(loop: Loop, numbers: Numbers, sizes: Numbers): Numbers[] {
  const { from, direction, total } = loopRange(loop, numbers);
  if (loop.by === undefined) return Array.from({ length: total }, (_, i) => ({ t: from + direction * i }));
  const by = sizes[loop.by];
  if (by === undefined || !Number.isSafeInteger(by) || by < 1) {
    throw new ContractError({ operation: `loop by ${loop.by}` }, "a positive integer in the plan", String(by));
  }
  return Array.from({ length: Math.ceil(total / by) }, (_, i) => ({
    t: from + direction * by * i,
    steps: Math.min(by, total - by * i),
  }));
}
