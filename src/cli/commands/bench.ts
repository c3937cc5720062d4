/**
 * `npm run bench`: whole training steps of a task's preset on WebGPU and on the CPU player, side by side in one process.
 * Rounds alternate between the two, so that a busy minute hits both; trust the ratio, never the milliseconds.
 */
import { parseArgs } from "node:util";
import { openBackend } from "../../backends/open.ts";
import type { Backend } from "../../core/backend.ts";
import type { TaskName } from "../../core/experiment.ts";
import { createRun, type Run } from "../../engine/run.ts";
import { TASKS } from "../../tasks/registry.ts";
import { openCommandBackend } from "./open-backend.ts";
import { EXIT, type Terminal, UsageError, withUsage } from "./terminal.ts";
import { readExperiment } from "./wished-experiment.ts";

const USAGE = `npm run bench -- [options]

  --task <name>       whose preset is trained (default: seattle-weather)
  --rounds <number>   rounds on each player, alternating (default: 7)
  --steps <number>    training steps of a round (default: 20)
  --json              the result as JSON on stdout

Exit code: 0 measured, 2 no WebGPU adapter, 64 wrong arguments.`;

const OPTIONS = {
  task: { type: "string", default: "seattle-weather" },
  rounds: { type: "string", default: "7" },
  steps: { type: "string", default: "20" },
  json: { type: "boolean", default: false },
  help: { type: "boolean", default: false },
} as const;

/** Milliseconds of a training step over the rounds of one player. */
interface Timing {
  readonly player: string;
  readonly medianMs: number;
  readonly minimumMs: number;
  readonly maximumMs: number;
}

/** Runs the command; resolves with its exit code. */
export function bench(args: readonly string[], terminal: Terminal): Promise<number> {
  return withUsage(USAGE, terminal, async () => {
    const { values } = parseArgs({ args: [...args], options: OPTIONS });
    if (values.help) {
      terminal.print(USAGE);
      return EXIT.ok;
    }
    const rounds = readCount("rounds", values.rounds);
    const steps = readCount("steps", values.steps);
    const gpu = await openCommandBackend("webgpu", terminal);
    if (!gpu) return EXIT.noBackend;
    const { backend: cpu } = await openBackend("cpu");
    if (!cpu) return EXIT.noBackend;
    const timings = await measure([gpu, cpu], values.task, { rounds, steps, terminal });
    gpu.dispose();
    terminal.print(
      values.json ? JSON.stringify({ task: values.task, rounds, steps, timings }, null, 2) : table(timings),
    );
    return EXIT.ok;
  });
}

async function measure(
  backends: readonly Backend[],
  task: string,
  options: { readonly rounds: number; readonly steps: number; readonly terminal: Terminal },
): Promise<readonly Timing[]> {
  const runs: { readonly run: Run; readonly player: string; readonly stepMs: number[] }[] = [];
  for (const backend of backends)
    runs.push({ run: await openRun(backend, task), player: backend.info.adapter, stepMs: [] });
  for (const { run } of runs) await trainTo(run, options.steps); // compiles, warms caches, sizes chunks
  for (let round = 0; round < options.rounds; round++) {
    for (const { run, stepMs } of runs) {
      const began = performance.now();
      await trainTo(run, run.step + options.steps);
      stepMs.push((performance.now() - began) / options.steps);
    }
    options.terminal.progress(`round ${round + 1} of ${options.rounds}`);
  }
  for (const { run } of runs) run.dispose();
  return runs.map(({ player, stepMs }) => {
    const sorted = stepMs.toSorted((a, b) => a - b);
    const medianMs = sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
    return { player, medianMs, minimumMs: sorted[0] ?? Number.NaN, maximumMs: sorted.at(-1) ?? Number.NaN };
  });
}

/** The preset without evaluations: they would fall into some rounds and not into others. */
async function openRun(backend: Backend, name: string): Promise<Run> {
  const preset = await readExperiment({ experiment: undefined, task: name, preset: undefined, seed: undefined });
  const experiment = { ...preset, training: { ...preset.training, evaluateEvery: 100_000 } };
  const task = TASKS[experiment.task.name satisfies TaskName];
  const dataset = await task.load(experiment, null);
  const { scoredSteps } = task;
  const score = () => ({});
  return createRun(experiment, dataset, backend, { now: () => performance.now(), score, scoredSteps });
}

async function trainTo(run: Run, step: number): Promise<void> {
  while (run.step < step) await run.advance(step);
  await run.drain();
}

function readCount(name: string, text: string): number {
  const count = Number(text);
  if (Number.isSafeInteger(count) && count > 0) return count;
  throw new UsageError(`--${name} must be a whole number above 0, not ${text}`);
}

function table(timings: readonly Timing[]): string {
  const [first] = timings;
  const rows = timings.map(({ player, medianMs, minimumMs, maximumMs }) => {
    const ratio = first ? medianMs / first.medianMs : Number.NaN;
    const numbers = [medianMs, minimumMs, maximumMs].map((ms) => ms.toFixed(2).padStart(9)).join("");
    return `${player.slice(0, 40).padEnd(40)}${numbers}${ratio.toFixed(2).padStart(9)}`;
  });
  const header = `${"player".padEnd(40)}${["median", "min", "max", "ratio"].map((word) => word.padStart(9)).join("")}`;
  return [header, ...rows, "", "Milliseconds of a whole training step; ratio to the first player, by medians."].join(
    "\n",
  );
}
