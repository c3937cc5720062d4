/**
 * What a contestant's page offers: `window.bench`, one whole measurement in one call, for any harness; and `window.contest`,
 * the same in pieces, so that rounds of several pages can alternate. Times are the page's own, around whole groups of steps
 * that end with the loss in hand: nothing is counted that has not run.
 */
import type { BenchData, Contestant, CreateContestant } from "./contest.ts";
import { drawData, lossOf } from "./data.ts";
import type { MeasureOverheads, OverheadOptions } from "./overheads.ts";
import type { Overheads } from "./results.ts";
import type { BenchShape } from "./shape.ts";

/** Options of `window.bench`; all may be left out. */
export interface BenchOptions {
  /** Time to measure for, in seconds; at least one group of steps is measured. Default 1. */
  readonly seconds?: number;
  /** Time to train before that. Default 0.5. */
  readonly warmSeconds?: number;
  /** Steps between two waits. Default: as many as take about 250 ms. */
  readonly inner?: number;
  /** One of the contestant's ways of computing; default: the page's `?player=`, or else its best. */
  readonly player?: string;
  /** Default: `drawData(shape)`. */
  readonly data?: BenchData;
}

/** Result of `window.bench`. */
export interface BenchResult {
  /** Steps per second of each group of `inner` steps. */
  readonly runs: readonly number[];
  /** From the call until the first loss was read: building, compiling and one step. */
  readonly firstStepMs: number;
  readonly firstLoss: number;
  readonly lastLoss: number;
  readonly variant: string;
}

/** What a contestant is after it was opened. `losses` are those of its first steps. */
export interface Opened {
  readonly variant: string;
  readonly firstStepMs: number;
  readonly losses: readonly number[];
}

/** One measurement: how many steps were trained, and the mean time of one. */
export interface Measured {
  readonly steps: number;
  readonly stepMs: number;
}

/** The pieces of a measurement; one contestant is open at a time. */
export interface Contest {
  /** Rejects where the page's contestant is not Gatescope's. */
  overheads(shape: BenchShape, options: OverheadOptions): Promise<Overheads>;
  open(shape: BenchShape, steps: number, player?: string): Promise<Opened>;
  measure(seconds: number): Promise<Measured>;
  close(): void;
}

declare global {
  interface Window {
    bench: (shape: BenchShape, options?: BenchOptions) => Promise<BenchResult>;
    contest: Contest;
  }
}

const GROUP_MS = 250;

/** Trains `inner` steps and waits; milliseconds of the group and the loss of its last step. */
async function group(contestant: Contestant, inner: number) {
  const began = performance.now();
  for (let i = 0; i < inner; i++) await contestant.step();
  const loss = await contestant.sync();
  return { ms: performance.now() - began, loss };
}

/** Groups of `inner` steps until `seconds` have passed, at least one. */
async function groups(contestant: Contestant, seconds: number, inner: number) {
  const end = performance.now() + seconds * 1000;
  const done = [await group(contestant, inner)];
  while (performance.now() < end) done.push(await group(contestant, inner));
  return done;
}

/** Steps that take about `GROUP_MS`, measured on the contestant itself. */
async function sizeGroup(contestant: Contestant): Promise<number> {
  let inner = 1;
  for (;;) {
    const { ms } = await group(contestant, inner);
    if (ms >= GROUP_MS / 4) return Math.max(1, Math.round((GROUP_MS * inner) / ms));
    inner *= 2;
  }
}

function requireCount(name: string, value: number | undefined): void {
  if (value === undefined || (Number.isSafeInteger(value) && value > 0)) return;
  throw new Error(`${name} must be a whole number above 0, not ${value}`);
}

function completeData(shape: BenchShape): BenchData {
  return drawData({ ...shape, loss: shape.loss ?? "mse" });
}

/** Opens a contestant and trains its first steps one by one. */
async function openContestant(make: () => Promise<Contestant>, steps: number) {
  const began = performance.now();
  const contestant = await make();
  const losses: number[] = [];
  let firstStepMs = 0;
  for (let i = 0; i < steps; i++) {
    losses.push((await group(contestant, 1)).loss);
    if (i === 0) firstStepMs = performance.now() - began;
  }
  return { contestant, firstStepMs, losses };
}

/** Puts both on the page's window. */
export function offerBench(create: CreateContestant, overheads?: MeasureOverheads): void {
  const wished = new URLSearchParams(location.search).get("player") ?? undefined;
  window.bench = async (shape, { seconds = 1, warmSeconds = 0.5, inner, player = wished, data } = {}) => {
    requireCount("inner", inner);
    const batch = data ?? completeData(shape);
    lossOf(shape, batch.y);
    const { contestant, firstStepMs, losses } = await openContestant(() => create(shape, batch, player), 1);
    try {
      const [firstLoss = Number.NaN] = losses;
      const steps = inner ?? (await sizeGroup(contestant));
      if (warmSeconds > 0) await groups(contestant, warmSeconds, steps);
      const measured = await groups(contestant, seconds, steps);
      const runs = measured.map(({ ms }) => (1000 * steps) / ms);
      const lastLoss = measured.at(-1)?.loss ?? Number.NaN;
      return { runs, firstStepMs, firstLoss, lastLoss, variant: contestant.variant };
    } finally {
      contestant.dispose();
    }
  };
  window.contest = createContest(create, wished, overheads);
}

function createContest(
  create: CreateContestant,
  wished: string | undefined,
  overheads: MeasureOverheads | undefined,
): Contest {
  let open: { readonly contestant: Contestant; inner: number | undefined } | undefined;
  const close = () => {
    open?.contestant.dispose();
    open = undefined;
  };
  return {
    close,
    async overheads(shape, options) {
      if (!overheads) throw new Error("this contestant's overheads are not measured");
      return overheads(shape, completeData(shape), options);
    },
    async open(shape, steps, player = wished) {
      requireCount("steps", steps);
      close();
      const data = completeData(shape);
      const { contestant, firstStepMs, losses } = await openContestant(() => create(shape, data, player), steps);
      open = { contestant, inner: undefined };
      return { variant: contestant.variant, firstStepMs, losses };
    },
    async measure(seconds) {
      if (!open) throw new Error("no contestant is open");
      open.inner ??= await sizeGroup(open.contestant);
      const done = await groups(open.contestant, seconds, open.inner);
      const steps = done.length * open.inner;
      return { steps, stepMs: done.reduce((sum, { ms }) => sum + ms, 0) / steps };
    },
  };
}
