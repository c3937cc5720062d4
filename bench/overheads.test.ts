/** Overheads on the CPU player, whose times have known relations: it computes while it is sent. */
import { expect, test } from "vitest";
import { drawData } from "./data.ts";
import { measureOverheads } from "./overheads.ts";
import { parseShapes } from "./shape.ts";

test.each(["B=2,T=4,I=3,H=4", "B=2,T=4,I=5,H=4-3,out=5,loss=ce,head=every"])("of %s", async (text) => {
  const [named] = parseShapes(text);
  if (!named) throw new Error("no shape");
  const { shape } = named;
  const found = await measureOverheads(shape, drawData(shape), { seconds: 0.05, rounds: 2, player: "cpu" });
  expect(found).toMatchObject({ method: "clock", variant: expect.stringMatching(/^cpu, /) });
  for (const value of [found.stepMs, found.callsMs, found.shownRatio, found.readyMs]) expect(value).toBeGreaterThan(0);
  expect(found.encodeMs).toBeLessThan(found.stepMs);
  expect(found.encodeMs).toBeGreaterThan(found.stepMs / 2);
});
