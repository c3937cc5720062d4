/** Shapes as they are written: names, keys, and every way in which one can be wrong. */
import { describe, expect, test } from "vitest";
import { describeShape, formsOf, parseShapes, readsTokens, ShapeError } from "./shape.ts";

const first = (text: string) => parseShapes(text)[0]!;

describe("parseShapes", () => {
  test("reads names and shapes side by side", () => {
    const names = parseShapes("S1,S5;B=2,T=3,I=4,H=5 S2").map(({ name }) => name);
    expect(names).toEqual(["S1", "S5", "B=2,T=3,I=4,H=5,out=1,loss=mse,head=last,cell=gru", "S2"]);
  });

  test("S2 is what the report calls S2", () => {
    const { shape } = first("S2");
    expect(shape).toEqual({ B: 32, T: 100, I: 128, H: [64, 32], out: 1, each: false, loss: "bce", cell: "gru" });
  });

  test("one form of a named shape keeps both in its name", () => {
    const { name, shape } = first("S4:after");
    expect(name).toBe("S4:after");
    expect(shape).toEqual({ ...first("S4").shape, form: "after" });
  });

  test("layers without sizes of their own are alike", () => {
    expect(first("B=1,T=2,I=3,H=8,layers=3").shape.H).toEqual([8, 8, 8]);
    expect(first("B=1,T=2,I=3,H=8-4-2,layers=3").shape.H).toEqual([8, 4, 2]);
  });

  test("what it writes it can read", () => {
    const { name, shape } = first("T=7,H=9-4,B=3,I=2,out=5,loss=ce,head=every,cell=gru,form=before,M=4");
    expect(describeShape(shape)).toBe(name);
    expect(first(name)).toEqual({ name, shape });
  });

  test.each([
    ["S9", /"S9" is no shape; allowed: S1, S2/],
    ["S1:both", /form= must be before or after, not both/],
    ["S1:after:before", /"S1:after:before" is no shape/],
    ["", /no shape/],
    ["B=32,T=10,I=1", /H= must be a whole number from 1 to 2048, not left out/],
    ["T=10,I=1,H=4", /B= must be a whole number from 1 to 4096, not left out/],
    ["B=0,T=10,I=1,H=4", /B= must be .*, not 0/],
    ["B=1.5,T=10,I=1,H=4", /B= must be .*, not 1.5/],
    ["B=1,T=99999,I=1,H=4", /T= must be a whole number from 1 to 16384, not 99999/],
    ["B=1,T=1,I=1,H=64-", /H= must be/],
    ["B=1,T=1,I=1,H=64-32,layers=3", /H=64-32 has 2 layers and layers= says 3/],
    ["B=1,T=1,I=1,H=4,loss=mae", /loss= must be mse or bce or ce, not mae/],
    ["B=1,T=1,I=1,H=4,head=first", /head= must be last or every, not first/],
    ["B=1,T=1,I=1,H=4,cell=dense", /cell= must be gru or/],
    ["B=1,T=1,I=1,H=4,cell=lstm,form=after", /form= belongs to a GRU/],
    ["B=1,T=1,I=1,H=4,loss=ce", /loss=ce needs out=/],
    ["B=1,B=2,T=1,I=1,H=4", /B= is written twice/],
    ["B=1,T=1,I=1,H=4,K=2", /"K=2" is no part of a shape/],
    ["B=1,T=1,I=1,H=4=5", /"H=4=5" is no part of a shape/],
  ])("refuses %s", (text, message) => {
    expect(() => parseShapes(text)).toThrow(ShapeError);
    expect(() => parseShapes(text)).toThrow(message);
  });
});

test("a GRU is measured in both forms unless it names one; other cells have one", () => {
  expect(formsOf(first("S1").shape)).toEqual(["before", "after"]);
  expect(formsOf(first("B=1,T=1,I=1,H=4,form=before").shape)).toEqual(["before"]);
  expect(formsOf(first("B=1,T=1,I=1,H=4,cell=lstm").shape)).toEqual(["after"]);
});

test("symbols are what a model reads that predicts classes at every step", () => {
  expect(readsTokens(first("S3").shape)).toBe(true);
  expect(readsTokens(first("S2").shape)).toBe(false);
});
