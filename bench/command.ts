/**
 * `npm run bench`: builds the pages, opens the browser, measures shape after shape and writes results and report after each,
 * so that a run that is stopped keeps what it has.
 */
import { existsSync } from "node:fs";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { build } from "vite";
import { EXIT, type Terminal, withUsage } from "../src/cli/commands/terminal.ts";
import { type BrowserHome, openBrowserHome } from "./browser-home.ts";
import { chooseEntries, chooseGrowing } from "./contestants.ts";
import { measureGrowth } from "./growth.ts";
import { describeMachine, readVersions } from "./machine.ts";
import { type BenchWish, readWish, USAGE } from "./options.ts";
import { findPython, openPython } from "./python-home.ts";
import { renderReport } from "./report.ts";
import {
  type BenchResults,
  type GrowthResult,
  mergeResults,
  NO_RESULTS,
  type OverheadResult,
  parseResults,
  type ShapeResult,
} from "./results.ts";
import { measureShape, type OpenEntry } from "./rounds.ts";
import { describeShape, formsOf } from "./shape.ts";
import { renderGrowth, renderOverheads, renderText } from "./table.ts";

const PAGES = "dist-bench";

/** Runs the command; resolves with its exit code. */
export function bench(args: readonly string[], terminal: Terminal): Promise<number> {
  return withUsage(USAGE, terminal, async () => {
    const wish = readWish(args);
    if (wish.help) {
      terminal.print(USAGE);
      return EXIT.ok;
    }
    const old = existsSync(wish.json) ? parseResults(await readFile(wish.json, "utf8"), wish.json) : NO_RESULTS;
    terminal.note("building the contestants' pages");
    await build({ configFile: "bench/vite.config.ts", logLevel: "error" });
    const pages = await openBrowserHome(PAGES);
    const python = openPython(wish.peers ? findPython() : null);
    const open: OpenEntry = (entry, shape, steps) =>
      entry.home.kind === "page" ? pages.open(entry, shape, steps) : python(entry, shape, steps);
    try {
      return await measureAll(wish, old, { browser: pages.browser, pages, open, terminal });
    } finally {
      await pages.close();
    }
  });
}

interface Place {
  readonly browser: string;
  readonly pages: Pick<BrowserHome, "overheads">;
  readonly open: OpenEntry;
  readonly terminal: Terminal;
}

/** The overheads of every shape, in the forms that it has. */
async function measureAllOverheads(wish: BenchWish, old: BenchResults, place: Place): Promise<number> {
  const overheads: OverheadResult[] = [];
  const { seconds, rounds } = wish;
  for (const { name, shape } of wish.shapes) {
    for (const form of formsOf(shape)) {
      place.terminal.progress(`${name}, reset ${form}: overheads`);
      const measured = await place.pages.overheads({ ...shape, form }, { seconds, rounds });
      const about = { name: `${name}, reset ${form}`, shape: describeShape({ ...shape, form }) };
      overheads.push({ ...about, ...(await describePlace(place)), rounds, ...measured });
      await writeResults(wish, mergeResults(old, { shapes: [], growth: [], overheads }));
    }
  }
  place.terminal.print(renderOverheads(overheads));
  place.terminal.note(`results: ${wish.json}; report: ${wish.report}`);
  return EXIT.ok;
}

async function measureAll(wish: BenchWish, old: BenchResults, place: Place): Promise<number> {
  if (wish.overheads) return measureAllOverheads(wish, old, place);
  const entries = chooseEntries(wish.backends, wish.peers);
  const shapes: ShapeResult[] = [];
  const growth: GrowthResult[] = [];
  const keep = () => writeResults(wish, mergeResults(old, { shapes, growth }));
  const { open, terminal } = place;
  const options = { entries, seconds: wish.seconds, rounds: wish.rounds, open, progress: terminal.progress };
  for (const named of wish.shapes) {
    const measured = await measureShape(named, options);
    const shape = describeShape(named.shape);
    shapes.push({ name: named.name, shape, ...(await describePlace(place)), seconds: wish.seconds, ...measured });
    terminal.print(`${renderText(shapes.at(-1)!)}\n`);
    await keep();
  }
  for (const extent of wish.growth) {
    const curves = await measureGrowth(extent, { ...options, entries: chooseGrowing(entries) });
    growth.push({ ...curves, ...(await describePlace(place)) });
    terminal.print(`${renderGrowth(growth.at(-1)!)}\n`);
    await keep();
  }
  terminal.note(`results: ${wish.json}; report: ${wish.report}`);
  return exitCode(shapes, growth);
}

/** Day and machine of a measurement. */
async function describePlace({ browser }: Place) {
  const date = new Date().toISOString().slice(0, 10);
  return { date, machine: describeMachine(browser, await readVersions()) };
}

async function writeResults({ json, report }: BenchWish, results: BenchResults): Promise<void> {
  await mkdir(dirname(json), { recursive: true });
  await writeFile(json, `${JSON.stringify(results, null, 1)}\n`);
  await writeFile(report, renderReport(results));
}

/** Rows that were opened and then refused have wrong losses or broke down; rows without losses could not compute the shape at all. */
function exitCode(shapes: readonly ShapeResult[], growth: readonly GrowthResult[]): number {
  const rows = shapes.flatMap((shape) => shape.rows);
  if (rows.some(({ refused, losses }) => refused !== undefined && losses.length > 0)) return EXIT.failed;
  const measured = rows.some(({ stepMs }) => stepMs.length > 0) || growth.some(({ curves }) => curves.length > 0);
  return measured ? EXIT.ok : EXIT.noBackend;
}
