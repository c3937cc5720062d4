/** The arguments of `npm run bench`, read and refused. */
import { parseArgs } from "node:util";
import { UsageError } from "../src/cli/commands/terminal.ts";
import { BACKEND_WORDS } from "./contestants.ts";
import { EXTENTS } from "./growth.ts";
import { type NamedShape, parseShapes, SHAPE_HELP, SHAPE_NAMES, ShapeError } from "./shape.ts";

/** Where results are kept; the report lies beside them, `.md` in the place of `.json`. */
const RESULTS_FILE = "docs/benchmarks.json";

/** Printed by `--help` and behind a refusal. */
export const USAGE = `npm run -s bench -- [options]

Trains the same networks with Gatescope and, if wished, with its peers, taking turns in one browser, and prints how many
milliseconds a whole training step takes. Results go to a JSON file and a report beside it; what was not measured stays.

  --peers             also TensorFlow.js, jax-js, brain.js and PyTorch; their packages: npm ci --prefix bench
  --shapes <list>     names separated by commas, shapes by blanks or semicolons (default: ${SHAPE_NAMES.join(",")})
                      allowed: ${SHAPE_HELP}
  --growth <list>     of ${EXTENTS.join(", ")}: how the time grows with T (10 to 4096), H (8 to 512), B (1 to 256) and with M models side by side
                      (1 to 64), Gatescope's players only; without --shapes nothing else is measured
  --overheads         of these shapes (default: S1,S2,S3), what a step costs besides computing it: gaps between dispatches, the host's share, the
                      pictures of the gates, and how soon a known plan is ready; nothing else is measured
  --backend <list>    ${BACKEND_WORDS.join(", ")} (default: all)
  --seconds <number>  length of one measurement, 0.05 to 600 (default: 1)
  --rounds <number>   undisturbed rounds wished for, 1 to 100 (default: 5)
  --json <file>       results, read first and written back; the report is <file> with .md (default: ${RESULTS_FILE})

Exit code: 0 measured, 1 a contestant's losses are wrong or it broke down, 2 nothing could be measured, 64 wrong arguments.`;

const OPTIONS = {
  peers: { type: "boolean", default: false },
  shapes: { type: "string", multiple: true },
  growth: { type: "string", default: "" },
  overheads: { type: "boolean", default: false },
  backend: { type: "string", default: "" },
  seconds: { type: "string", default: "1" },
  rounds: { type: "string", default: "5" },
  json: { type: "string", default: RESULTS_FILE },
  help: { type: "boolean", default: false },
} as const;

/** What is to be measured. */
export interface BenchWish {
  readonly help: boolean;
  readonly peers: boolean;
  readonly shapes: readonly NamedShape[];
  readonly growth: readonly string[];
  /** True measures the overheads of the shapes and not their times. */
  readonly overheads: boolean;
  readonly backends: readonly string[];
  readonly seconds: number;
  readonly rounds: number;
  readonly json: string;
  readonly report: string;
}

/** Reads the arguments. Throws `UsageError`, or what `parseArgs` throws. */
export function readWish(args: readonly string[]): BenchWish {
  const { values } = parseArgs({ args: [...args], options: OPTIONS });
  const { help, peers, json, overheads } = values;
  const growth = readList("growth", values.growth, EXTENTS);
  if (overheads && growth.length > 0) throw new UsageError("--overheads and --growth are measured one at a time");
  const usual = growth.length > 0 ? [] : [(overheads ? SHAPE_NAMES.slice(0, 3) : SHAPE_NAMES).join(",")];
  return {
    help,
    peers,
    shapes: (values.shapes ?? usual).flatMap(readShapes),
    growth,
    overheads,
    backends: readList("backend", values.backend, BACKEND_WORDS),
    seconds: readNumber("seconds", values.seconds, { smallest: 0.05, largest: 600 }),
    rounds: readRounds(values.rounds),
    json: readFileName(json),
    report: json.replace(/\.json$/, ".md"),
  };
}

function readShapes(text: string): readonly NamedShape[] {
  try {
    return parseShapes(text);
  } catch (error) {
    if (error instanceof ShapeError) throw new UsageError(`--shapes: ${error.message}`, { cause: error });
    throw error;
  }
}

function readList(name: string, text: string, allowed: readonly string[]): readonly string[] {
  const words = text.split(",").filter((word) => word !== "");
  const unknown = words.find((word) => !allowed.includes(word));
  if (unknown === undefined) return words;
  throw new UsageError(`--${name} must be of ${allowed.join(", ")}, not ${unknown}`);
}

interface Range {
  readonly smallest: number;
  readonly largest: number;
}

function readNumber(name: string, text: string, { smallest, largest }: Range): number {
  const value = text.trim() === "" ? Number.NaN : Number(text);
  if (value >= smallest && value <= largest) return value;
  throw new UsageError(`--${name} must be a number from ${smallest} to ${largest}, not ${text}`);
}

function readRounds(text: string): number {
  const rounds = readNumber("rounds", text, { smallest: 1, largest: 100 });
  if (Number.isInteger(rounds)) return rounds;
  throw new UsageError(`--rounds must be a whole number, not ${text}`);
}

function readFileName(json: string): string {
  if (json.endsWith(".json")) return json;
  throw new UsageError(`--json must name a file that ends in .json, not ${json}`);
}
