/** Overheads on the CPU player, whose times have known relations: it computes while it is sent. */
import { expect, test, vi } from "vitest";
import { drawData } from "./data.ts";
import { measureOverheads } from "./overheads.ts";
import { parseShapes } from "./shape.ts";

/** Added to the plan of the CPU player, which has none and plays the calls whatever is said. */
const added = vi.hoisted(() => ({ plan: {} }));

vi.mock("./contestant.ts", async (original) => {
  const real = await original<typeof import("./contestant.ts")>();
  const prepare: typeof real.prepare = async (...request) => {
    const prepared = await real.prepare(...request);
    return { ...prepared, plan: { ...prepared.plan, ...added.plan } };
  };
  return { ...real, prepare };
});

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

test("where whole steps are one dispatch, no sum of calls is told: other kernels than the measured one play them", async () => {
  const [named] = parseShapes("B=2,T=4,I=3,H=4");
  if (!named) throw new Error("no shape");
  added.plan = { "training-steps": { implementation: "micro", sizes: {} } };
  const options = { seconds: 0.02, rounds: 1, player: "cpu" };
  const found = await measureOverheads(named.shape, drawData(named.shape), options);
  expect(found).toMatchObject({ callsMs: null, method: null });
  expect(found.stepMs).toBeGreaterThan(0);
});
