/** The arguments of the command, and how wrong ones end. */
import { describe, expect, test } from "vitest";
import { recordTerminal } from "../tests/commands/terminal.ts";
import { bench } from "./command.ts";
import { readWish } from "./options.ts";

test("nothing said measures the reported shapes with Gatescope alone", () => {
  const { shapes, peers, backends, rounds, json, report } = readWish([]);
  expect(shapes.map(({ name }) => name)).toEqual(["S1", "S2", "S3", "S4", "S5"]);
  expect({ peers, backends, rounds }).toEqual({ peers: false, backends: [], rounds: 5 });
  expect([json, report]).toEqual(["docs/benchmarks.json", "docs/benchmarks.md"]);
});

test("shapes may be named in several places", () => {
  const { shapes } = readWish(["--shapes", "S1", "--shapes", "B=1,T=2,I=3,H=4,form=before"]);
  expect(shapes.map(({ shape }) => shape.T)).toEqual([10, 2]);
});

test("growth alone measures no shape", () => {
  expect(readWish(["--growth", "T,M"])).toMatchObject({ growth: ["T", "M"], shapes: [] });
  expect(readWish(["--growth", "T", "--shapes", "S1"]).shapes).toHaveLength(1);
});

test("overheads are those of the first three shapes, unless others are named", () => {
  const { overheads, shapes } = readWish(["--overheads"]);
  expect([overheads, ...shapes.map(({ name }) => name)]).toEqual([true, "S1", "S2", "S3"]);
  expect(readWish(["--overheads", "--shapes", "S5"]).shapes).toHaveLength(1);
  expect(readWish([]).overheads).toBe(false);
});

describe("wrong arguments", () => {
  test.each([
    [["--shapes", "S7"], "S7"],
    [["--backend", "webgl"], "--backend must be of webgpu"],
    [["--growth", "K"], "--growth must be of T, H, B, M, not K"],
    [["--seconds", "soon"], "--seconds must be a number from 0.05 to 600, not soon"],
    [["--seconds", ""], "--seconds must be a number"],
    [["--rounds", "1.5"], "--rounds must be a whole number"],
    [["--json", "results"], "--json must name a file that ends in .json"],
    [["--overheads", "--growth", "T"], "one at a time"],
    [["--fast"], "--fast"],
  ])("%s end with 64 and the usage", async (args, message) => {
    const terminal = recordTerminal();
    expect(await bench(args, terminal)).toBe(64);
    expect(terminal.notes.join("\n")).toContain(message);
    expect(terminal.notes.join("\n")).toContain("npm run -s bench");
    expect(terminal.printed).toEqual([]);
  });
});
