/**
 * The Markdown report: what was measured, where, how and what came out. Everything in it follows from the JSON file, so it
 * is never edited by hand.
 */
import { DISTURBED_ABOVE } from "./load.ts";
import type { BenchResults, GrowthResult, Machine, OverheadResult, ShapeResult } from "./results.ts";
import { CHECKED_STEPS, LOSS_TOLERANCE } from "./rounds.ts";
import { summaryLines } from "./summary.ts";
import {
  COLUMNS,
  describeRounds,
  growthLines,
  type Line,
  OVERHEAD_COLUMNS,
  overheadLines,
  refusals,
  tableLines,
} from "./table.ts";

const METHOD = `## Method

A whole training step is measured: forward, backward and the update by Adam (learning rate 1e-3, ε 1e-7, no clipping), always on the same resident batch. All
contestants of a shape are open in one browser process, each in a page of its own, and take turns in rounds, every other one of them backwards. A measurement repeats groups of steps, each group about
250 ms long and ended by reading the loss, so nothing is counted that has not run. Times are milliseconds per step; the **ratio** says how many times longer a
contestant takes than Gatescope's first one in the same form and on the same kind of device (WebGPU and CUDA, or none of them), as the median of the ratios within the rounds. Trust ratios, not milliseconds.

All start from the same weights and the same batch, drawn from a fixed seed. A row counts only when its first ${CHECKED_STEPS} losses agree within ${LOSS_TOLERANCE} with those of Gatescope's plain CPU
player. A GRU is measured in both forms, since libraries differ: the reset gate acts before the product with U (Keras with \`reset_after=False\`, TensorFlow.js) or after it
(PyTorch, cuDNN).

Before every measurement and behind the last one of a round the machine is left alone for 200 ms; a round is dropped and repeated where other programs used more than
${DISTURBED_ABOVE * 100} % of all cores in any of these pauses.

Repeat with \`npm run -s bench -- --peers\` (once before: \`npm ci --prefix bench\`); \`--help\` shows how to measure other shapes.`;

/** The whole report. */
export function renderReport({ shapes, growth, overheads = [] }: BenchResults): string {
  const parts = ["# Benchmarks", "Written by `npm run bench`; do not edit.", ...renderSummary(shapes), METHOD];
  const measured = [...shapes.map(renderShape), ...renderGrowth(growth), ...renderOverheads(overheads)];
  return `${[...parts, ...measured, ...renderMachines(shapes, growth, overheads)].join("\n\n")}\n`;
}

/** A Markdown table whose first `words` columns are words, the others numbers. */
function renderTable(lines: readonly Line[], words: number): string {
  const [head = [], ...body] = lines;
  const rule = head.map((_, column) => (column < words ? "---" : "---:"));
  return [head, rule, ...body].map((line) => `| ${line.join(" | ")} |`).join("\n");
}

function renderSummary(shapes: readonly ShapeResult[]): readonly string[] {
  const lines = summaryLines(shapes);
  if (lines.length === 0) return [];
  const words =
    "How many times as fast as a peer Gatescope trains, each in the peer's form of the GRU and on the same kind of device; an empty cell was not measured.";
  return ["## At a glance", words, renderTable(lines, 1)];
}

function renderShape(result: ShapeResult): string {
  const title = result.name === result.shape ? `## ${result.name}` : `## ${result.name}\n\n\`${result.shape}\``;
  const refused = refusals(result).map((line) => `- ${line}`);
  const variants = [
    ...new Set(result.rows.map(({ contestant, variant }) => (variant ? `- ${contestant}: ${variant}` : ""))),
  ];
  const list = [...variants.filter((text) => text !== ""), ...refused].join("\n");
  const table = renderTable([COLUMNS, ...tableLines(result)], 2);
  return [title, table, `${result.date}, ${describeRounds(result)}`, list].filter((part) => part !== "").join("\n\n");
}

function renderGrowth(growth: readonly GrowthResult[]): readonly string[] {
  if (growth.length === 0) return [];
  const words = `Milliseconds of a step while one extent grows and everything else stays; reset after, each number the median of the rounds. An exponent of 1 is linear, of 2
quadratic; it is fitted to the last points only, where overheads no longer count. These points are not checked against the CPU player.`;
  const tables = growth.map((result) => {
    const title = `### ${result.extent}\n\nFrom \`${result.shape}\`, ${result.date}:`;
    return `${title}\n\n${renderTable(growthLines(result), 1)}`;
  });
  return ["## Growth", words, ...tables];
}

function renderOverheads(overheads: readonly OverheadResult[]): readonly string[] {
  if (overheads.length === 0) return [];
  const methods = [...new Set(overheads.flatMap(({ method }) => method ?? []))].join(" and ");
  const timed = methods === "" ? "" : ` (timed by ${methods})`;
  const words = `What a step costs besides computing it, with the measured plan: a whole step against the sum of its calls${timed}, empty where the plan plays whole steps in one
dispatch, whose kernel plays none of those calls; the host's time to send it, what it loses while the gates and outputs of a sequence are read as often as the page does, and the time from a known plan to compiled kernels on a fresh device. Each the median of the rounds;
behind each column the limit that Gatescope sets itself. Repeat with \`npm run -s bench -- --overheads\`.`;
  return ["## Overheads", words, renderTable([OVERHEAD_COLUMNS, ...overheadLines(overheads)], 1)];
}

function renderMachines(
  shapes: readonly ShapeResult[],
  growth: readonly GrowthResult[],
  overheads: readonly OverheadResult[],
): readonly string[] {
  const names = new Map<string, string[]>();
  const all = [
    ...shapes.map(({ name, machine }) => ({ name, machine })),
    ...growth.map(({ extent, machine }) => ({ name: `growth over ${extent}`, machine })),
    ...overheads.map(({ name, machine }) => ({ name: `overheads of ${name}`, machine })),
  ];
  for (const { name, machine } of all) {
    const text = describe(machine);
    names.set(text, [...(names.get(text) ?? []), name]);
  }
  if (names.size === 0) return [];
  return ["## Machine and versions", ...[...names].map(([text, measured]) => `${measured.join(", ")}: ${text}`)];
}

function describe({ processor, memoryGiB, system, node, browser, versions }: Machine): string {
  const libraries = Object.entries(versions).map(([library, version]) => `${library} ${version}`);
  return `${processor}, ${memoryGiB} GiB; ${system}; ${browser}; Node ${node}; ${libraries.join(", ")}.`;
}
