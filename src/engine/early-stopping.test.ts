/** Tables of validation losses: at which evaluation a run stops. */
import { expect, test } from "vitest";
import type { EarlyStoppingChoice } from "../core/early-stopping-choice.ts";
import { FRESH_EARLY_STOPPING, observeEarlyStopping } from "./early-stopping.ts";

/** Evaluations (counted from 1) at which a run with these losses stops. */
function stops(choice: EarlyStoppingChoice, losses: readonly number[]): readonly number[] {
  let state = FRESH_EARLY_STOPPING;
  return losses.flatMap((loss, i) => {
    state = observeEarlyStopping(choice, state, { step: i + 1, loss });
    return state.stoppedAt === i + 1 ? [i + 1] : [];
  });
}

test.each([
  ["patience evaluations in a row without a lower loss", { patience: 2, minimumDelta: 0 }, [3, 2, 2, 2], [4]],
  ["a lower loss starts the count again", { patience: 2, minimumDelta: 0 }, [3, 4, 2, 4, 1, 4, 4], [7]],
  ["lower by no more than the least difference does not count", { patience: 2, minimumDelta: 0.5 }, [3, 2.5, 2.5], [3]],
  ["many small falls add up against the best", { patience: 3, minimumDelta: 0.5 }, [3, 2.75, 2.5, 2.25, 2], []],
  ["after a stop the whole patience lies ahead again", { patience: 2, minimumDelta: 0 }, [1, 1, 1, 1, 1], [3, 5]],
  ["no number is no better", { patience: 2, minimumDelta: 0 }, [Number.NaN, Number.NaN, 1], [2]],
  ["switched off it never stops", null, [1, 1, 1, 1], []],
] as const)("%s", (_name, choice, losses, expected) => {
  expect(stops(choice, losses)).toEqual(expected);
});
