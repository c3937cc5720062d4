/** Rounds with contestants that only count: turns, refusals by loss, and what a disturbed round does. */
import { describe, expect, test } from "vitest";
import { type Entry, ORACLE } from "./contestants.ts";
import { BrokenContestantError, compareLosses, measureShape, type OpenEntry, type RoundOptions } from "./rounds.ts";
import { parseShapes } from "./shape.ts";

const LOSSES = [1, 0.9, 0.8, 0.7, 0.6];
const entry = (name: string, forms: Entry["forms"] = ["before", "after"]): Entry => ({ ...ORACLE, name, forms });
const shapeOf = (text: string) => parseShapes(text)[0]!;
const AFTER = shapeOf("B=1,T=2,I=3,H=4,form=after");

/** Opens contestants that write down what is done to them. */
function recorder(losses: Readonly<Record<string, readonly number[]>> = {}) {
  const log: string[] = [];
  const open: OpenEntry = async ({ name }, { form }) => {
    log.push(`open ${name} ${form}`);
    if (name === "broken") throw new Error("page.evaluate: Error: cannot compute this\n    at page");
    return {
      variant: "fake",
      firstStepMs: 1,
      losses: losses[name] ?? LOSSES,
      measure: async (seconds) => {
        log.push(`measure ${name} ${seconds}`);
        if (name === "fragile" && seconds > 0) throw new BrokenContestantError("device lost");
        if (name === "gone") throw new Error("the browser is gone");
        return { steps: 1, stepMs: name.length };
      },
      close: async () => {
        log.push(`close ${name}`);
      },
    };
  };
  return { log, open };
}

function options(entries: readonly Entry[], open: OpenEntry, more: Partial<RoundOptions> = {}): RoundOptions {
  return { entries, open, seconds: 2, rounds: 2, progress: () => undefined, watch: async () => 0, ...more };
}

describe("measureShape", () => {
  test("contestants take turns, and everything opened is closed", async () => {
    const { log, open } = recorder();
    const { rows, rounds } = await measureShape(AFTER, options([entry("a"), entry("bb")], open));
    expect(log.filter((line) => line.endsWith(" 2"))).toEqual(
      ["a", "bb", "bb", "a"].map((name) => `measure ${name} 2`),
    );
    expect(rows.map(({ stepMs }) => stepMs)).toEqual([
      [1, 1],
      [2, 2],
    ]);
    expect(rounds).toBe(2);
    const opened = log.filter((line) => line.startsWith("open")).map((line) => line.split(" ")[1]);
    const closed = log.filter((line) => line.startsWith("close")).map((line) => line.slice("close ".length));
    expect(closed.toSorted()).toEqual(opened.toSorted().map((name) => (name === "Gatescope" ? ORACLE.name : name)));
  });

  test("every other round goes backwards, and each pair of rounds has another one at the head", async () => {
    const { log, open } = recorder();
    await measureShape(AFTER, { ...options([entry("a"), entry("b"), entry("c")], open), rounds: 4 });
    const order = log.filter((line) => line.endsWith(" 2")).map((line) => line.split(" ")[1]);
    expect(order.join("")).toBe("abccbabcaacb");
  });

  test("each form is opened, and a contestant of one form takes part in that one only", async () => {
    const { log, open } = recorder();
    await measureShape(shapeOf("B=1,T=2,I=3,H=4"), options([entry("a"), entry("b", ["before"])], open));
    expect(log).toContain("open a before");
    expect(log).toContain("open a after");
    expect(log).toContain("open b before");
    expect(log).not.toContain("open b after");
  });

  test("other losses than the CPU player's are refused, with the step and both numbers", async () => {
    const { log, open } = recorder({ wrong: [1, 0.9, 0.8011, 0.7, 0.6] });
    const { rows } = await measureShape(AFTER, options([entry("a"), entry("wrong")], open));
    expect(rows.find(({ contestant }) => contestant === "wrong")?.refused).toMatch(/step 3 is 0.801100.*0.800000/);
    expect(log).not.toContain("measure wrong 2");
  });

  test("who cannot compute the shape is a row with the first line of the reason", async () => {
    const { open } = recorder();
    const { rows } = await measureShape(AFTER, options([entry("broken"), entry("a")], open));
    expect(rows.find(({ contestant }) => contestant === "broken")?.refused).toBe("cannot compute this");
    expect(rows.find(({ contestant }) => contestant === "a")?.refused).toBeUndefined();
  });

  test("who breaks down while it is measured is a row with the reason, and the others go on", async () => {
    const { log, open } = recorder();
    const { rows, rounds } = await measureShape(AFTER, options([entry("fragile"), entry("a")], open));
    const [fragile, a] = rows;
    expect(fragile).toMatchObject({ stepMs: [], refused: "it broke down while it was measured, device lost" });
    expect(a).toMatchObject({ stepMs: [1, 1] });
    expect(rounds).toBe(2);
    expect(log.filter((line) => line === "measure fragile 2")).toHaveLength(1);
  });

  test("a failure that is not one contestant's ends the run, with everything closed", async () => {
    const { log, open } = recorder();
    await expect(measureShape(AFTER, options([entry("gone"), entry("a")], open))).rejects.toThrow("browser is gone");
    expect(log).toContain("close a");
  });

  test("a disturbed round is dropped and repeated", async () => {
    const loads = [0, 0.5, 0, 0, 0, 0];
    const { open } = recorder();
    const watch = async () => loads.shift() ?? 0;
    const result = await measureShape(AFTER, options([entry("a")], open, { watch }));
    expect(result).toMatchObject({ rounds: 2, dropped: 1, disturbed: false });
  });

  test("where no round is quiet all are kept and said to be disturbed", async () => {
    const { open } = recorder();
    const result = await measureShape(AFTER, options([entry("a")], open, { watch: async () => 1 }));
    expect(result).toMatchObject({ rounds: 6, dropped: 0, disturbed: true });
  });
});

test("losses within 1e-3 agree; a missing one and a NaN do not", () => {
  expect(compareLosses([1.0009, 2], [1, 2])).toBeNull();
  expect(compareLosses([1], [1, 2])).toMatch(/step 2 is none/);
  expect(compareLosses([Number.NaN, 2], [1, 2])).toMatch(/step 1 is NaN/);
});
