/**
 * Which experiment a command line asks for: a task's preset, a JSON file, or the link of the page, with the seed on
 * top. A user's data file is taken only when it is the one that the experiment names.
 */
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { type Fault, InputError } from "../../core/errors.ts";
import { type Experiment, parseExperiment, type TaskChoice } from "../../core/experiment.ts";
import type { SharedPlan } from "../../core/shared-plan.ts";
import type { OwnData } from "../../core/task.ts";
import { readOwnSeries } from "../../interop/csv.ts";
import { decodeLinkText } from "../../interop/link-text.ts";
import { readOwnText } from "../../interop/text.ts";
import { PUBLISHED_MODELS } from "../../tasks/published-models.ts";
import { TASKS } from "../../tasks/registry.ts";
import { UsageError } from "./terminal.ts";

/** The arguments as they were typed. */
export interface ExperimentWish {
  /** Path of a JSON file, or a link with `#e=`. */
  readonly experiment: string | undefined;
  readonly task: string | undefined;
  /** Name of a variant of a published model. */
  readonly preset: string | undefined;
  readonly seed: string | undefined;
}

/** What the share links carry the experiment behind. */
const LINK_MARK = "#e=";
const DEFAULT_TASK = "seattle-weather";

/** An experiment, with the plan that came in a link. */
export interface WishedExperiment {
  readonly experiment: Experiment;
  readonly plan: SharedPlan | null;
  /** Why a plan in the link was left out. */
  readonly fault: Fault | null;
}

const withoutPlan = (experiment: Experiment): WishedExperiment => ({ experiment, plan: null, fault: null });

/** The experiment, valid. Throws `UsageError` for what cannot be read or is refused by the schema. */
export async function readExperiment({ experiment, task, preset, seed }: ExperimentWish): Promise<WishedExperiment> {
  if (experiment !== undefined && task !== undefined) {
    throw new UsageError("--experiment names its task already: leave out --task");
  }
  if (preset !== undefined && (experiment !== undefined || task !== undefined)) {
    throw new UsageError("--preset is a whole experiment: leave out --experiment and --task");
  }
  const base = preset === undefined ? await readUnpublished(experiment, task) : withoutPlan(publishedOf(preset));
  return seed === undefined ? base : { ...base, experiment: checked({ ...base.experiment, seed: Number(seed) }) };
}

function readUnpublished(experiment: string | undefined, task: string | undefined): Promise<WishedExperiment> {
  return experiment === undefined
    ? Promise.resolve(withoutPlan(presetOf(task ?? DEFAULT_TASK)))
    : readSource(experiment);
}

const VARIANTS = PUBLISHED_MODELS.flatMap(({ variants }) => variants);

function publishedOf(name: string): Experiment {
  const variant = VARIANTS.find((candidate) => candidate.name === name);
  if (variant) return variant.experiment;
  throw new UsageError(`--preset must be one of ${VARIANTS.map((variant) => variant.name).join(", ")}, not ${name}`);
}

function presetOf(name: string): Experiment {
  const presets = Object.values(TASKS).flatMap((task) => task.preset ?? []);
  const preset = presets.find((candidate) => candidate.task.name === name);
  if (preset) return preset;
  throw new UsageError(`--task must be one of ${presets.map(({ task }) => task.name).join(", ")}, not ${name}`);
}

async function readSource(source: string): Promise<WishedExperiment> {
  const mark = source.indexOf(LINK_MARK);
  if (mark >= 0) {
    const decoded = await decodeLinkText(source.slice(mark + LINK_MARK.length));
    if (decoded.ok) return decoded;
    throw new UsageError(`--experiment: ${decoded.fault.code} ${JSON.stringify(decoded.fault.details)}`);
  }
  const text = await readNamed("--experiment", source);
  let value: unknown;
  try {
    value = JSON.parse(text.toString("utf8"));
  } catch (cause) {
    throw new UsageError(`--experiment: ${source} is no JSON`, { cause });
  }
  return withoutPlan(checked(value));
}

function checked(value: unknown): Experiment {
  const parsed = parseExperiment(value);
  if (parsed.ok) return parsed.experiment;
  const issues = parsed.issues.map(({ path, expected, actual }) => `${path}: expected ${expected}, got ${actual}`);
  throw new UsageError(`the experiment is refused\n${issues.join("\n")}`);
}

async function readNamed(option: string, path: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (cause) {
    throw new UsageError(`${option}: ${path} cannot be read`, { cause });
  }
}

/** The rows of `--data`, or null for tasks that bring their own. Throws `UsageError` and what the parsers throw. */
export async function readData(task: TaskChoice, path: string | undefined): Promise<OwnData | null> {
  if (task.name !== "own-text" && task.name !== "own-series") {
    if (path !== undefined) throw new UsageError(`--data: ${task.name} brings its own data`);
    return null;
  }
  const { name, bytes, sha256 } = task.file;
  if (path === undefined) throw new UsageError(`this experiment needs --data with the file ${name}`);
  const content = Uint8Array.from(await readNamed("--data", path));
  if (content.length !== bytes || createHash("sha256").update(content).digest("hex") !== sha256) {
    throw new InputError("data-missing", { name, bytes, sha256 });
  }
  if (task.name === "own-text") return readOwnText(content);
  return readOwnSeries(content, [...new Set([...task.inputs, ...task.targets])]);
}
