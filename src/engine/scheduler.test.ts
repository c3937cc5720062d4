/** The order of windows and the size of chunks, by the properties they promise. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { BatchOrder, ChunkSizer, StreamOrder } from "./scheduler.ts";

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
        32,
        seed,
      ).write(starts, 2 * first, 2);
      return [...starts];
    };
    expect(write(1, 0)).not.toEqual(write(1, 1));
    expect(write(1, 0)).not.toEqual(write(2, 0));
  });

  test("a full batch takes every window in order", () => {
    const windows = Uint32Array.of(3, 5, 7);
    const starts = new Uint32Array(6);
    new BatchOrder(windows, 3, 1).write(starts, 4, 2);
    expect([...starts]).toEqual([3, 5, 7, 3, 5, 7]);
  });

  test("epochs count the windows that were taken", () => {
    const order = new BatchOrder(new Uint32Array(10), 4, 1);
    expect([0, 1, 2, 5].map((steps) => order.epochs(steps))).toEqual([0, 0.4, 0.8, 2]);
  });
});

describe("StreamOrder", () => {
  const setups = fc
    .record({
      first: fc.nat(50),
      length: fc.integer({ min: 1, max: 7 }),
      batch: fc.integer({ min: 1, max: 5 }),
      windows: fc.integer({ min: 2, max: 4 }),
      spare: fc.nat(40),
      seed: fc.nat(),
    })
    .map(({ first, length, batch, windows, spare, seed }) => {
      const left = spare % (length * batch);
      const rows = { first, end: first + length * batch * windows + left };
      return { windows, left, parts: { rows, length, batch, seed } };
    });
  const batchOf = (order: StreamOrder, step: number, batch: number) => {
    const starts = new Uint32Array(batch);
    order.write(starts, step, 1);
    return [...starts];
  };

  test("a batch row takes consecutive windows until all streams end together", () => {
    fc.assert(
      fc.property(setups, ({ windows, parts }) => {
        const order = new StreamOrder(parts);
        for (let step = 0; step < 3 * windows; step++) {
          expect(order.epochs(step)).toBe(step / windows);
          expect(order.resumes(step)).toBe(step % windows > 0);
          if (!order.resumes(step)) continue;
          const before = batchOf(order, step - 1, parts.batch);
          expect(batchOf(order, step, parts.batch)).toEqual(before.map((start) => start + parts.length));
        }
      }),
    );
  });

  test("an epoch takes no row twice, leaves out fewer than one batch, and stays inside", () => {
    fc.assert(
      fc.property(setups, fc.nat(5), ({ windows, left, parts: { rows, length, batch, seed } }, epoch) => {
        const order = new StreamOrder({ rows, length, batch, seed });
        const starts = new Uint32Array(windows * batch);
        order.write(starts, epoch * windows, windows);
        const sorted = [...starts.sort()];
        const begin = sorted[0] ?? -1;
        expect(sorted).toEqual(sorted.map((_, i) => begin + i * length));
        expect(begin).toBeGreaterThanOrEqual(rows.first);
        expect(begin).toBeLessThanOrEqual(rows.first + left);
      }),
    );
  });

  test("a step's batch does not depend on which steps it is written with", () => {
    fc.assert(
      fc.property(setups, fc.nat(20), ({ parts }, step) => {
        const order = new StreamOrder(parts);
        const among = new Uint32Array(21 * parts.batch);
        order.write(among, 0, 21);
        expect([...among.slice(step * parts.batch, (step + 1) * parts.batch)]).toEqual(
          batchOf(order, step, parts.batch),
        );
      }),
    );
  });

  test("epochs differ in where they begin and in who reads what", () => {
    const order = new StreamOrder({ rows: { first: 0, end: 1000 }, length: 7, batch: 8, seed: 3 });
    const epochs = [0, 1, 2, 3, 4, 5].map((epoch) => batchOf(order, epoch * 17, 8));
    expect(new Set(epochs.map((starts) => Math.min(...starts))).size).toBeGreaterThan(1);
    expect(new Set(epochs.map((starts) => starts.indexOf(Math.min(...starts)))).size).toBeGreaterThan(1);
  });

  test("refuses more streams than the rows have room for", () => {
    const parts = { rows: { first: 10, end: 110 }, length: 10, seed: 1 };
    expect(() => new StreamOrder({ ...parts, batch: 5 })).not.toThrow();
    expect(() => new StreamOrder({ ...parts, batch: 6 })).toThrow(
      expect.objectContaining({
        code: "experiment-invalid",
        details: {
          path: "training.batch",
          expected: "at most 5 with carried state: 100 steps of data hold no more streams of two windows",
          actual: 6,
        },
      }),
    );
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
