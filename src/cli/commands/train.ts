/** `npm run train`: the same experiment as on the page, in a terminal, to its final metrics. */
import { statSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { parseArgs } from "node:util";
import { type Backend, TUNING_LIMIT_MS, type TuneOptions } from "../../core/backend.ts";
import { BackendLostError, type Fault, ProgramRefusedError } from "../../core/errors.ts";
import { createPlanMemory } from "../../core/plan-memory.ts";
import type { OwnData } from "../../core/task.ts";
import { encodeCheckpoint } from "../../engine/checkpoint.ts";
import { createRun, type Run } from "../../engine/run.ts";
import type { Evaluation } from "../../engine/run-report.ts";
import { writeRunFile } from "../../interop/run-file.ts";
import { TASKS } from "../../tasks/registry.ts";
import { choiceLine, openCommandBackend, readBackendWish } from "./open-backend.ts";
import { EXIT, type Terminal, UsageError, withUsage } from "./terminal.ts";
import {
  type ClippedShares,
  describeTraining,
  progressLine,
  pruningLine,
  type TrainReport,
  toJson,
  toTable,
} from "./train-report.ts";
import { readData, readExperiment, type WishedExperiment } from "./wished-experiment.ts";

const USAGE = `npm run train -- [options]

  --experiment <file|link>  experiment as JSON, or a link shared from the page
  --task <name>             preset of a task instead (default: seattle-weather)
  --preset <name>           a published model instead, e.g. gru-regression; a wrong name lists them
  --data <file>             the user's own file, for an experiment that names one
  --seed <number>           another seed than the experiment's
  --steps <number>          training steps (default: 500)
  --backend webgpu|wasm|cpu train on this and nothing else (default: a GPU where there is one; where the adapter is a
                            software renderer, that or the CPU player, whichever measures faster)
  --tune on|off             measure how this adapter computes fastest before step 0 (default: on)
  --save <file>             write the run at its last step, to be opened on the page
  --json                    the result as JSON on stdout

Exit code: 0 trained or stopped early as the experiment asks, 1 stopped by a fault, 2 no such backend, 64 wrong arguments.`;

const OPTIONS = {
  experiment: { type: "string" },
  task: { type: "string" },
  preset: { type: "string" },
  data: { type: "string" },
  seed: { type: "string" },
  steps: { type: "string", default: "500" },
  backend: { type: "string" },
  tune: { type: "string", default: "on" },
  save: { type: "string" },
  json: { type: "boolean", default: false },
  help: { type: "boolean", default: false },
} as const;

/** Runs the command; resolves with its exit code. */
export function train(args: readonly string[], terminal: Terminal): Promise<number> {
  return withUsage(USAGE, terminal, async () => {
    const { values } = parseArgs({ args: [...args], options: OPTIONS });
    if (values.help) {
      terminal.print(USAGE);
      return EXIT.ok;
    }
    const steps = readSteps(values.steps);
    const tuned = readTuning(values.tune);
    if (values.save !== undefined) checkTarget(values.save);
    const wish = readBackendWish(values.backend);
    const { experiment: source, task, preset, seed } = values;
    const wished = await readExperiment({ experiment: source, task, preset, seed });
    const { experiment } = wished;
    const own = await readData(experiment.task, values.data);
    const backend = await openCommandBackend(wish, terminal);
    if (backend === null) return EXIT.noBackend;
    try {
      const report = await trainOn(backend, { wished, own, steps, tuned, save: values.save, terminal });
      terminal.print(values.json ? toJson(report) : toTable(report));
      return report.fault && !endedAsAsked(report.fault) ? EXIT.failed : EXIT.ok;
    } catch (error) {
      return explain(error, terminal);
    } finally {
      backend.dispose();
    }
  });
}

function readSteps(text: string): number {
  const steps = Number(text);
  if (!Number.isSafeInteger(steps) || steps < 1) throw new UsageError(`--steps must be 1 or more, not ${text}`);
  return steps;
}

function readTuning(text: string): boolean {
  if (text !== "on" && text !== "off") throw new UsageError(`--tune must be on or off, not ${text}`);
  return text === "on";
}

/** A terminal waits for the end of the measurements; what they found is of this run only. */
function tuneOptions(terminal: Terminal): TuneOptions {
  return {
    now: () => performance.now(),
    memory: createPlanMemory(),
    skipped: () => false,
    progress: (done, total, operation) => terminal.progress(`measuring ${done}/${total} ${operation}`),
    limitMs: TUNING_LIMIT_MS,
  };
}

/** Found out before the training, not after it. */
function checkTarget(path: string): void {
  const folder = statSync(dirname(path), { throwIfNoEntry: false });
  if (!folder?.isDirectory() || statSync(path, { throwIfNoEntry: false })?.isDirectory()) {
    throw new UsageError(`--save: ${path} is no place for a file`);
  }
}

/** What can go wrong without being a mistake of ours, in one sentence. */
function explain(error: unknown, terminal: Terminal): number {
  if (!(error instanceof BackendLostError || error instanceof ProgramRefusedError)) throw error;
  terminal.note(error instanceof BackendLostError ? `the device was lost: ${error.message}` : error.message);
  return error instanceof BackendLostError ? EXIT.noBackend : EXIT.failed;
}

/** Early stopping is no failure: the experiment asked for it. */
const endedAsAsked = ({ code }: Fault): boolean => code === "stopped-early";

interface Training {
  readonly wished: WishedExperiment;
  readonly own: OwnData | null;
  readonly steps: number;
  readonly tuned: boolean;
  readonly save: string | undefined;
  readonly terminal: Terminal;
}

async function trainOn(backend: Backend, training: Training): Promise<TrainReport> {
  const { own, steps, tuned, save, terminal } = training;
  const { experiment, plan, fault } = training.wished;
  const tellRefused = (reason: string) => terminal.note(`the plan of the link is left out: ${reason}`);
  if (fault) tellRefused(JSON.stringify(fault.details));
  const task = TASKS[experiment.task.name];
  const dataset = await task.load(experiment, own);
  const run = await createRun(experiment, dataset, backend, {
    now: () => performance.now(),
    score: (scored) => task.score(dataset, scored),
    scoredSteps: task.scoredSteps,
    ...(plan && tuned ? { shared: { plan, refused: tellRefused } } : {}),
    ...(tuned ? { tune: tuneOptions(terminal) } : {}),
    progress: (done, total) => terminal.progress(`building ${done}/${total}`),
  });
  const played = backend.describe(run.program, run.plan);
  const choice = choiceLine(played);
  if (choice !== null) terminal.note(choice);
  try {
    const start = performance.now();
    const progress = await advance(run, steps, terminal);
    const seconds = (performance.now() - start) / 1000;
    // Evaluated once more where the last step was no evaluation step, or other parameters came back after it.
    const { evaluation: seen } = progress;
    const isNewest = seen?.step === run.step && !(progress.fault && endedAsAsked(progress.fault));
    const evaluation = seen && isNewest ? seen : await run.evaluate();
    if (save !== undefined) {
      await writeFile(save, new Uint8Array(writeRunFile(encodeCheckpoint(await run.snapshot(), run.model))));
    }
    const { loss, clipped, fault } = progress;
    return describeTraining({ played, run, dataset, evaluation, loss, seconds, clipped, fault, saved: save ?? null });
  } finally {
    run.dispose();
  }
}

interface Progress {
  /** Training loss of the last good step, null when there was none. */
  readonly loss: number | null;
  readonly evaluation: Evaluation | null;
  readonly clipped: ClippedShares;
  /** Why training stopped before its last step. */
  readonly fault: Fault | null;
}

/** Trains up to step `steps` or to the first fault; nothing is in flight afterwards. */
async function advance(run: Run, steps: number, terminal: Terminal): Promise<Progress> {
  let loss: number | null = null;
  let evaluation: Evaluation | null = null;
  let fault: Fault | null = null;
  const clipped = { steps: 0, norm: 0, value: 0 };
  while (run.step < steps && fault === null) {
    const report = await run.advance(steps);
    fault = report.fault;
    evaluation = report.evaluation ?? evaluation;
    const block = report.metrics.at(-1);
    loss = block?.loss.at(-1) ?? loss;
    for (const { count, clipFactor, clippedShare } of report.metrics) {
      clipped.steps += count;
      clipped.norm += clipFactor.filter((factor) => factor < 1).length;
      clipped.value += clippedShare.filter((share) => share > 0).length;
    }
    if (report.pruning) terminal.note(pruningLine(report.pruning));
    for (const { code, details } of report.notices) terminal.note(`${code} ${JSON.stringify(details)}`);
    if (block) terminal.progress(progressLine(run.step, steps, block, evaluation));
  }
  if (fault) terminal.note(`stopped: ${fault.code} ${JSON.stringify(fault.details)}`);
  // A diverging run reports every chunk that was already on its way.
  while ((await run.drain()).fault !== null);
  const seen = Math.max(1, clipped.steps);
  return { loss, evaluation, fault, clipped: { norm: clipped.norm / seen, value: clipped.value / seen } };
}
