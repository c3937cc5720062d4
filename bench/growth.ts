/**
 * How the time of a step grows with one extent, all else fixed: Gatescope only, reset after. Points are not checked against
 * the CPU player, which would take hours at the far ends; the shapes of the report are.
 */
import type { Entry } from "./contestants.ts";
import type { GrowthResult } from "./results.ts";
import { openPoint, playRounds, type RoundOptions } from "./rounds.ts";
import { describeShape, type NamedShape, parseShapes } from "./shape.ts";
import { medianOf, type Point } from "./statistics.ts";

/** An extent, the values it takes, and the shape whose extent it is. */
interface Growth {
  readonly extent: string;
  readonly values: readonly number[];
  /** The shape with `value` in the place of the extent. */
  readonly shape: (value: number) => string;
}

const GROWTHS: readonly Growth[] = [
  {
    extent: "T",
    values: [10, 32, 128, 512, 2048, 4096],
    shape: (T) => `B=32,T=${T},I=16,H=32,form=after`,
  },
  {
    extent: "H",
    values: [8, 16, 32, 64, 128, 256, 512],
    shape: (H) => `B=32,T=16,I=16,H=${H},form=after`,
  },
  {
    extent: "B",
    values: [1, 4, 16, 64, 256],
    shape: (B) => `B=${B},T=16,I=16,H=32,form=after`,
  },
  {
    extent: "M",
    values: [1, 2, 4, 8, 16, 32, 64],
    shape: (M) => `B=8,T=16,I=16,H=16,M=${M},form=after`,
  },
];

/** What `--growth` may name. */
export const EXTENTS: readonly string[] = GROWTHS.map(({ extent }) => extent);

/** A result without date and machine. */
export type Curves = Pick<GrowthResult, "extent" | "shape" | "curves">;

/** Measures the curves of one of `EXTENTS`. A contestant's curve ends where it cannot compute a point. */
export async function measureGrowth(extent: string, options: RoundOptions): Promise<Curves> {
  const growth = GROWTHS.find((candidate) => candidate.extent === extent);
  if (!growth) throw new Error(`no growth over ${extent}; there are ${EXTENTS.join(", ")}`);
  const points = new Map<Entry, Point[]>(options.entries.map((entry) => [entry, []]));
  for (const x of growth.values) {
    const [named] = parseShapes(growth.shape(x));
    await measurePoint({ named: named!, x, points }, options);
  }
  const curves = [...points].map(([entry, measured]) => ({ contestant: entry.name, points: measured }));
  const [first] = parseShapes(growth.shape(growth.values[0]!));
  return { extent, shape: describeShape(first!.shape), curves: curves.filter((curve) => curve.points.length > 0) };
}

interface PlaceOnCurve {
  readonly named: NamedShape;
  readonly x: number;
  readonly points: ReadonlyMap<Entry, Point[]>;
}

async function measurePoint({ named, x, points }: PlaceOnCurve, options: RoundOptions): Promise<void> {
  const { runners, entries } = await openPoint(named, options);
  try {
    await playRounds(runners, named.name, options);
    for (const [i, { stepMs }] of runners.entries()) {
      if (stepMs.length > 0) points.get(entries[i]!)?.push({ x, y: medianOf(stepMs) });
    }
  } finally {
    for (const { open } of runners) await open.close();
  }
}
