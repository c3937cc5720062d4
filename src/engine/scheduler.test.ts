/** The order of windows and the size of chunks, by the properties they promise. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { BatchOrder, ChunkSizer } from "./scheduler.ts";

describe("BatchOrder", () => {
  const setups = fc.record({
    windows: fc.integer({ min: 1, max: 70 }),
    batch: fc.integer({ min: 1, max: 9 }),
    seed: fc.nat(),
  });

  test("every epoch has every window once, whatever the batch", () => {
    fc.assert(
      fc.property(setups, ({ windows, batch, seed }) => {
        const starts = Uint32Array.from({ length: windows }, (_, i) => 100 + 3 * i);
        const steps = 3 * windows;
        const order = new Uint32Array(steps * batch);
        new BatchOrder(starts, batch, seed).write(order, 0, steps);
        for (let epoch = 0; epoch < 3 * batch; epoch++) {
          const one = order.slice(epoch * windows, (epoch + 1) * windows).sort();
          expect(one).toEqual(starts);
        }
      }),
    );
  });

  test("a step's batch does not depend on which steps it is written with", () => {
    fc.assert(
      fc.property(setups, fc.nat(50), ({ windows, batch, seed }, step) => {
        const order = new BatchOrder(
          Uint32Array.from({ length: windows }, (_, i) => i),
          batch,
          seed,
        );
        const alone = new Uint32Array(batch);
        const among = new Uint32Array(51 * batch);
        order.write(alone, step, 1);
        order.write(among, 0, 51);
        expect(among.slice(step * batch, (step + 1) * batch)).toEqual(alone);
      }),
    );
  });

  test("epochs differ, and so do seeds", () => {
    const write = (seed: number, first: number) => {
      const starts = new Uint32Array(64);
      new BatchOrder(
        Uint32Array.from({ length: 64 }, (_, i) => i),
        64,
        seed,
      ).write(starts, first, 1);
      return [...starts];
    };
    expect(write(1, 0)).not.toEqual(write(1, 1));
    expect(write(1, 0)).not.toEqual(write(2, 0));
  });

  test("an epoch begins with its first window", () => {
    const order = new BatchOrder(new Uint32Array(10), 4, 1);
    expect([0, 1, 2, 3, 4, 5].map((step) => order.epoch(step))).toEqual([0, 0, 0, 1, 1, 2]);
  });
});

describe("ChunkSizer", () => {
  test("begins with one step and grows towards the target", () => {
    const sizer = new ChunkSizer(75);
    const sizes = Array.from({ length: 6 }, () => {
      const size = sizer.size(1000);
      sizer.record(size, size * 0.5);
      return size;
    });
    expect(sizes).toEqual([1, 4, 16, 64, 150, 150]);
  });

  test("shrinks when steps get slower, but never below one, and keeps to the limit", () => {
    const sizer = new ChunkSizer(75);
    sizer.record(10, 10);
    expect(sizer.size(7)).toBe(7);
    for (let i = 0; i < 20; i++) sizer.record(1, 500);
    expect(sizer.size(1000)).toBe(1);
  });
});
