/**
 * Measures one shape: opens every contestant, checks its first losses, and lets all take turns, round by round, so that a
 * slow minute hits everybody. A round in which other programs were busy is dropped and repeated, up to a limit.
 */
import { type Entry, ORACLE } from "./contestants.ts";
import { DISTURBED_ABOVE, watchPause } from "./load.ts";
import type { Row, ShapeResult } from "./results.ts";
import { formsOf, type NamedShape, type ResetForm } from "./shape.ts";
import type { Measured, Opened } from "./window-bench.ts";

/** Losses that are compared, and how far they may lie apart. */
export const CHECKED_STEPS = 5;
export const LOSS_TOLERANCE = 1e-3;

/** Rounds that are tried at most, as a multiple of those wished for. */
const MOST_ROUNDS = 3;

/** A contestant that was opened and broke down while it was measured; the others go on without it. */
export class BrokenContestantError extends Error {
  override readonly name = "BrokenContestantError";
}

/** An opened contestant, wherever it lives. `measure` rejects with `BrokenContestantError` where only this one is at fault. */
export interface OpenContestant extends Opened {
  measure(seconds: number): Promise<Measured>;
  close(): Promise<void>;
}

/** Opens contestants; rejects with a sentence where one cannot compute a shape here. */
export type OpenEntry = (entry: Entry, shape: NamedShape["shape"], steps: number) => Promise<OpenContestant>;

/** What decides a measurement besides the shape. */
export interface RoundOptions {
  readonly entries: readonly Entry[];
  readonly seconds: number;
  readonly rounds: number;
  readonly open: OpenEntry;
  readonly progress: (line: string) => void;
  /** Share of the cores that others use, measured in a pause; tests give their own. */
  readonly watch?: () => Promise<number>;
}

/** An opened contestant with its milliseconds per step, round by round, or with why it broke down. */
export interface Runner {
  readonly open: OpenContestant;
  readonly stepMs: number[];
  broken?: string;
}

/** A contestant that takes part in the rounds, with what its row says besides times. */
interface RowRunner extends Runner {
  readonly row: Omit<Row, "stepMs">;
}

/** Rows and rounds of a shape, without date and machine. */
export type Rounds = Pick<ShapeResult, "rows" | "rounds" | "dropped" | "disturbed">;

/** Measures a shape in its forms. Contestants that cannot or may not count are rows with a reason. */
export async function measureShape({ name, shape }: NamedShape, options: RoundOptions): Promise<Rounds> {
  const runners: RowRunner[] = [];
  const refused: Row[] = [];
  try {
    for (const form of formsOf(shape)) {
      const opened = await openForm({ ...shape, form }, form, name, options);
      runners.push(...opened.runners);
      refused.push(...opened.refused);
    }
    const played = await playRounds(runners, name, options);
    const rows = runners.map(
      ({ row, stepMs, broken }): Row =>
        broken === undefined ? { ...row, stepMs } : { ...row, stepMs: [], refused: broken },
    );
    return { rows: [...rows, ...refused], ...played };
  } finally {
    for (const { open } of runners) await open.close();
  }
}

async function openForm(shape: NamedShape["shape"], form: ResetForm, name: string, options: RoundOptions) {
  const { entries, open, progress } = options;
  const able = entries.filter(({ forms, cells }) => forms.includes(form) && cells.includes(shape.cell));
  progress(`${name}, reset ${form}: opening ${ORACLE.name}`);
  const oracle = await open(ORACLE, shape, CHECKED_STEPS);
  const runners: RowRunner[] = [];
  const refused: Row[] = [];
  for (const entry of able) {
    const { name: contestant, library, backend } = entry;
    const about = { contestant, library, backend, form };
    const blank = { ...about, variant: "", firstStepMs: 0, losses: [], stepMs: [] };
    progress(`${name}, reset ${form}: opening ${contestant}`);
    try {
      const opened = entry === ORACLE ? oracle : await open(entry, shape, CHECKED_STEPS);
      const { variant, firstStepMs, losses } = opened;
      const row = { ...about, variant, firstStepMs, losses };
      const apart = compareLosses(losses, oracle.losses);
      if (apart === null) runners.push({ row, open: opened, stepMs: [] });
      else {
        refused.push({ ...row, stepMs: [], refused: apart });
        await opened.close();
      }
    } catch (error) {
      refused.push({ ...blank, refused: reasonOf(error) });
    }
  }
  if (!able.includes(ORACLE)) await oracle.close();
  return { runners, refused };
}

/** The first line of what went wrong: a browser's errors go on with stacks. */
function reasonOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return (text.split("\n", 1)[0] ?? "").replace(/^page\.evaluate: (Error: )?/, "");
}

/** Null where all losses agree within `LOSS_TOLERANCE`, else a sentence about the first that does not. */
export function compareLosses(losses: readonly number[], expected: readonly number[]): string | null {
  const step = expected.findIndex((loss, i) => !(Math.abs((losses[i] ?? Number.NaN) - loss) <= LOSS_TOLERANCE));
  if (step < 0) return null;
  const found = losses[step]?.toFixed(6) ?? "none";
  return `loss of step ${step + 1} is ${found}, the CPU player's ${expected[step]?.toFixed(6)}: apart by more than ${LOSS_TOLERANCE}`;
}

/** Opens every contestant that can compute a shape, unchecked; `entries[i]` is who `runners[i]` is. */
export async function openPoint({ name, shape }: NamedShape, { entries, open, progress }: RoundOptions) {
  const runners: Runner[] = [];
  const able: Entry[] = [];
  for (const entry of entries) {
    progress(`${name}: opening ${entry.name}`);
    try {
      runners.push({ open: await open(entry, shape, 1), stepMs: [] });
      able.push(entry);
    } catch (error) {
      progress(`${name}: ${entry.name} cannot, ${reasonOf(error)}`);
    }
  }
  return { runners, entries: able };
}

/** Plays rounds until enough were quiet; keeps the times of the quiet ones, or of all where none was. */
export async function playRounds(runners: readonly Runner[], name: string, options: RoundOptions) {
  const { seconds, rounds: wished, progress, watch = () => watchPause() } = options;
  const quiet: Round[] = [];
  const loud: Round[] = [];
  const running = () => runners.filter(({ broken }) => broken === undefined);
  // The first measurement of each settles its size of groups and its caches.
  for (const runner of runners) await measure(runner, 0);
  while (running().length > 0 && quiet.length < wished && quiet.length + loud.length < MOST_ROUNDS * wished) {
    progress(`${name}: round ${quiet.length + 1} of ${wished}, ${loud.length} disturbed`);
    const round: Map<Runner, number> = new Map();
    let busiest = await watch();
    for (const runner of takeTurns(running(), quiet.length + loud.length)) {
      round.set(runner, await measure(runner, seconds));
      busiest = Math.max(busiest, await watch());
    }
    (busiest > DISTURBED_ABOVE ? loud : quiet).push(round);
  }
  const disturbed = quiet.length === 0;
  const kept = disturbed ? loud : quiet;
  for (const runner of running()) runner.stepMs.push(...kept.map((round) => round.get(runner)!));
  return { rounds: kept.length, dropped: disturbed ? 0 : loud.length, disturbed };
}

/** Milliseconds per step of everybody who was measured in a round. */
type Round = ReadonlyMap<Runner, number>;

/** Milliseconds per step; not a number where the contestant breaks down over it. */
async function measure(runner: Runner, seconds: number): Promise<number> {
  try {
    return (await runner.open.measure(seconds)).stepMs;
  } catch (error) {
    if (!(error instanceof BrokenContestantError)) throw error;
    runner.broken = `it broke down while it was measured, ${reasonOf(error)}`;
    return Number.NaN;
  }
}

/**
 * In turn, then backwards, then both with the next one at the head: whoever comes after a slow contestant, or after one on
 * another device, finds caches and cores as that one left them.
 */
function takeTurns(runners: readonly Runner[], turn: number): readonly Runner[] {
  const first = Math.floor(turn / 2) % Math.max(runners.length, 1);
  const rotated = [...runners.slice(first), ...runners.slice(0, first)];
  return turn % 2 === 0 ? rotated : rotated.toReversed();
}
