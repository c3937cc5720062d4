/** The result of a training run in a terminal: one value, shown as a table or as JSON. */
import type { BackendInfo, MeasuredPlayers, Player } from "../../core/backend.ts";
import type { Fault } from "../../core/errors.ts";
import type { Experiment } from "../../core/experiment.ts";
import type { PruningReport } from "../../core/run-record.ts";
import type { Dataset } from "../../core/task.ts";
import type { Run } from "../../engine/run.ts";
import type { RunMemory } from "../../engine/run-memory.ts";
import type { Evaluation, MetricsBlock } from "../../engine/run-report.ts";
import { type Confusion, confusionLines, confusionOf } from "./confusion.ts";

/** Numbers by name, in the user's units. */
type Metrics = Readonly<Record<string, number>>;

/** Everything that `--json` prints. */
export interface TrainReport {
  readonly backend: BackendInfo["kind"];
  readonly adapter: string;
  /** What a race between players measured; null where there was none. */
  readonly measured: MeasuredPlayers | null;
  readonly experiment: Experiment;
  readonly parameters: number;
  /** Of the run's tensors, with checkpoints and without. */
  readonly memory: RunMemory;
  readonly steps: number;
  /** Passes over the training windows, of which the last may be unfinished. */
  readonly epochs: number;
  readonly seconds: number;
  readonly stepsPerSecond: number;
  readonly metrics: {
    /** Training loss before the last update; null when no step was good. */
    readonly loss: number | null;
    readonly validationLoss: number;
    readonly bestStep: number;
    readonly bestValidationLoss: number;
    /** The task's test metrics with the parameters of the lowest validation loss, the last ones, and no memory at all. */
    readonly best: Metrics;
    readonly latest: Metrics;
    readonly baseline: Dataset["baseline"];
  };
  /** Unit of the error metrics; empty where they have none. */
  readonly unit: string;
  /** Shares of the training steps at which clipping by norm, or by value, did something. */
  readonly clipped: ClippedShares;
  readonly prunings: readonly PruningReport[];
  /** Which class the last parameters take for which; null where there are no classes to confuse. */
  readonly confusion: Confusion | null;
  readonly fault: Fault | null;
  readonly saved: string | null;
  readonly plays: number;
  readonly submits: number;
  /** By kernel on WebGPU, by operation on the CPU. */
  readonly dispatches: Player["counts"]["dispatches"];
}

/** How often clipping bit, as shares of the training steps. */
export interface ClippedShares {
  readonly norm: number;
  readonly value: number;
}

/** What a report is made of. */
export interface TrainOutcome {
  /** What computed it. */
  readonly played: BackendInfo;
  readonly run: Run;
  readonly dataset: Dataset;
  readonly evaluation: Evaluation;
  readonly loss: number | null;
  readonly seconds: number;
  readonly clipped: ClippedShares;
  readonly fault: Fault | null;
  readonly saved: string | null;
}

/** Collects a report; read it before the run is disposed of. */
export function describeTraining(outcome: TrainOutcome): TrainReport {
  const { played, run, dataset, evaluation, loss, seconds, clipped, fault, saved } = outcome;
  const { validationLoss, bestStep, bestValidationLoss, best, latest } = evaluation;
  const { plays, submits, dispatches } = run.counts;
  return {
    backend: played.kind,
    adapter: played.adapter,
    measured: played.measured ?? null,
    experiment: run.experiment,
    parameters: run.model.parameters,
    memory: run.memory,
    steps: run.step,
    epochs: run.epochs,
    seconds,
    stepsPerSecond: run.step / seconds,
    metrics: { loss, validationLoss, bestStep, bestValidationLoss, best, latest, baseline: dataset.baseline },
    unit: unitOf(dataset),
    clipped,
    prunings: run.prunings,
    confusion: confusionOf(dataset, evaluation.latestRows, run.generator !== null),
    fault,
    saved,
    plays,
    submits,
    dispatches: { ...dispatches },
  };
}

/** The unit that all forecast columns share. */
function unitOf({ target }: Dataset): string {
  if (target.kind !== "values") return "";
  const units = new Set(target.columns.map(({ unit }) => unit));
  const [unit = ""] = units;
  return units.size === 1 ? unit : "";
}

/** Errors carry the data's unit, accuracy and perplexity none. */
const ERRORS: ReadonlySet<string> = new Set(["mae", "rmse"]);

/** One line while training goes on. */
export function progressLine(step: number, steps: number, block: MetricsBlock, evaluation: Evaluation | null): string {
  const loss = block.loss.at(-1)?.toPrecision(4) ?? "";
  const speed = `${block.stepsPerSecond.toFixed(1)} steps/s`;
  const { validationLoss, bestValidationLoss, bestStep } = evaluation ?? {};
  const validation =
    validationLoss === undefined
      ? ""
      : `, validation ${validationLoss.toPrecision(4)} (best ${bestValidationLoss?.toPrecision(4)} at ${bestStep})`;
  return `step ${step}/${steps}, loss ${loss}${validation}, ${speed}`;
}

/** One line for each pruning: what is 0 since, by part, and what it cost. */
export function pruningLine({ step, share, lossBefore, lossAfter, parts }: PruningReport): string {
  const digits = (loss: number | null) => loss?.toPrecision(5) ?? "not finite";
  const byPart = parts.map(
    ({ name, weights, zeros, loss }) => `${name} ${zeros} of ${weights} (alone: validation ${digits(loss)})`,
  );
  const cost = `validation ${digits(lossBefore)} → ${digits(lossAfter)}`;
  return `pruned to ${(100 * share).toFixed(1)} % zeros at step ${step}, ${cost}; ${byPart.join(", ")}`;
}

/** The report as JSON. */
export function toJson(report: TrainReport): string {
  return JSON.stringify(report, null, 2);
}

/** The report for people. */
export function toTable(report: TrainReport): string {
  const { experiment, metrics, unit, backend, adapter, parameters, steps, seconds } = report;
  const { best, latest, baseline, bestStep } = metrics;
  const names = Object.keys(latest);
  const header = names.map((name) => (unit !== "" && ERRORS.has(name) ? `${name} ${unit}` : name));
  const rows: readonly (readonly string[])[] = [
    ["test", ...header],
    [`best (step ${bestStep})`, ...cells(best, names)],
    ["latest", ...cells(latest, names)],
    [baseline.name, ...cells(baseline.metrics, names)],
  ];
  const widths = header.map((_, column) => Math.max(...rows.map((row) => row[column + 1]?.length ?? 0)));
  const first = Math.max(...rows.map(([label = ""]) => label.length));
  const table = rows.map(([label = "", ...values]) =>
    [label.padEnd(first), ...values.map((value, column) => value.padStart(widths[column] ?? 0))].join("  "),
  );
  const speed = `${seconds.toFixed(1)} s, ${report.stepsPerSecond.toFixed(1)} steps/s`;
  return [
    `${experiment.task.name}, seed ${experiment.seed}, ${parameters} parameters: ${steps} steps, ${report.epochs.toFixed(1)} epochs in ${speed}`,
    memoryLine(report.memory),
    `${backend}: ${adapter}`,
    ...table,
    `validation loss ${metrics.bestValidationLoss.toPrecision(5)} at step ${bestStep}, ${metrics.validationLoss.toPrecision(5)} now`,
    ...clippedLines(report),
    ...report.prunings.slice(-1).map(pruningLine),
    ...(report.confusion ? confusionLines(report.confusion) : []),
    ...(report.saved === null ? [] : [`saved to ${report.saved}`]),
  ].join("\n");
}

const megabytes = (bytes: number) => `${(bytes / 1e6).toFixed(1)} MB`;

/** What the tensors take, and what they would take if windows were kept whole. */
function memoryLine({ bytes, wholeBytes, checkpoint }: RunMemory): string {
  if (bytes === wholeBytes) return `memory ${megabytes(bytes)}`;
  const how = checkpoint === null ? "" : ` with checkpoints every ${checkpoint} steps`;
  return `memory ${megabytes(bytes)}${how}, ${megabytes(wholeBytes)} for whole windows`;
}

/** One line for each way of clipping that was on, or did something. */
function clippedLines({ experiment, clipped }: TrainReport): readonly string[] {
  const { clipNorm, clipValue } = experiment.training;
  const ways = [
    { name: "norm", limit: clipNorm, share: clipped.norm },
    { name: "value", limit: clipValue, share: clipped.value },
  ];
  return ways
    .filter(({ limit, share }) => limit !== null || share > 0)
    .map(({ name, share }) => `clipped by ${name} at ${(100 * share).toFixed(1)} % of the steps`);
}

function cells(metrics: Metrics, names: readonly string[]): readonly string[] {
  return names.map((name) => metrics[name]?.toFixed(3) ?? "–");
}
