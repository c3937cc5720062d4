/** What counts as a quiet pause; pauses are played from a list. */
import { describe, expect, test } from "vitest";
import { DISTURBED_ABOVE, watchPause } from "./load.ts";

function listPauses(shares: readonly number[]) {
  let watched = 0;
  const watch = () => Promise.resolve(shares[watched++] ?? Number.NaN);
  return { watch, count: () => watched };
}

describe("watchPause", () => {
  test("takes the first pause that is quiet", async () => {
    const { watch, count } = listPauses([0.8, 0.4, DISTURBED_ABOVE, 0]);
    expect(await watchPause(watch)).toBe(DISTURBED_ABOVE);
    expect(count()).toBe(3);
  });

  test("says what the quietest of five was where none was quiet", async () => {
    const { watch, count } = listPauses([0.9, 0.7, 0.3, 0.5, 0.6, 0]);
    expect(await watchPause(watch)).toBe(0.3);
    expect(count()).toBe(5);
  });

  test("watches this machine: a share from 0 to 1", async () => {
    const share = await watchPause();
    expect(share).toBeGreaterThanOrEqual(0);
    expect(share).toBeLessThanOrEqual(1);
  });
});
