/**
 * A run's state ↔ named arrays and texts, which is what a `.safetensors` file holds; bytes are interop's. Names are
 * `layers.0.W` for parameters, `optimizer.m.layers.0.W` for moments, `best.layers.0.W` for the best state,
 * `carried.layers.0.h` [B, H] for states that the next batch resumes, `mask.layers.0.W` for what pruning left (weights
 * only). Padding between segments is not stored: it is always 0, and 1 in the mask.
 */

import { decoderLayer } from "../core/decoder-choice.ts";
import { elementCount } from "../core/dims.ts";
import { InputError } from "../core/errors.ts";
import { type Experiment, parseExperiment } from "../core/experiment.ts";
import { parsePlan, parseRunRecord, type RunRecord } from "../core/run-record.ts";
import { carriedOf } from "./carried-state.ts";
import { createModel, type Model } from "./model.ts";
import { momentsOf } from "./optimizers.ts";
import { isPrunable } from "./pruning.ts";
import type { RunState } from "./run-state.ts";
import { createSequenceModel } from "./sequence-to-sequence/sequence-model.ts";

/** Written under `format`; another value is no file of ours. */
const FORMAT = "gatescope-run-1";
const BEST_PREFIX = "best.";
const CARRIED_PREFIX = "carried.";
const MASK_PREFIX = "mask.";

/** A named array with its shape. */
export interface CheckpointTensor {
  readonly shape: readonly number[];
  readonly data: Float32Array<ArrayBuffer>;
}

/** What a file of a run holds. */
export interface Checkpoint {
  readonly tensors: ReadonlyMap<string, CheckpointTensor>;
  readonly metadata: ReadonlyMap<string, string>;
}

/** The same as it comes out of a file: element types are not known to be right, null where they are not readable. */
export interface UncheckedCheckpoint {
  readonly tensors: ReadonlyMap<string, { readonly shape: readonly number[]; readonly data: ArrayLike<number> | null }>;
  readonly metadata: ReadonlyMap<string, string>;
}

/** Prefixes of the moments' names, in the order of the rows of the state buffer. */
function momentPrefixes(experiment: Experiment): readonly string[] {
  return momentsOf(experiment.training.optimizer).map((moment) => `optimizer.${moment}.`);
}

/** Where the named parts of a flat buffer lie. */
interface Layout {
  readonly segments: readonly { readonly name: string; readonly shape: readonly number[]; readonly offset: number }[];
  readonly length: number;
}

const parametersOf = ({ segments, P }: Model): Layout => ({ segments, length: P });

/** The segments that a pruning mask says something of. */
const prunableOf = ({ segments, P }: Model): Layout => ({
  segments: segments.filter(({ role }) => isPrunable(role)),
  length: P,
});

/** Cuts a flat buffer into its named segments. */
function cutSegments(
  tensors: Map<string, CheckpointTensor>,
  { segments }: Layout,
  prefix: string,
  flat: Float32Array<ArrayBuffer>,
): void {
  for (const { name, shape, offset } of segments) {
    tensors.set(`${prefix}${name}`, { shape, data: flat.slice(offset, offset + elementCount(shape)) });
  }
}

/** The whole state as named arrays and texts. */
export function encodeCheckpoint(state: RunState, model: Model): Checkpoint {
  const tensors = new Map<string, CheckpointTensor>();
  const {
    experiment,
    plan,
    best,
    params,
    moments,
    step,
    momentsSince,
    evaluatedAt,
    watch,
    plateau,
    earlyStopping,
    checkpoint,
    live,
    mask,
    prunings,
  } = state;
  const layout = parametersOf(model);
  cutSegments(tensors, layout, "", params);
  momentPrefixes(experiment).forEach((prefix, s) => {
    cutSegments(tensors, layout, prefix, moments.slice(s * model.P, (s + 1) * model.P));
  });
  if (best) cutSegments(tensors, layout, BEST_PREFIX, best.params);
  cutSegments(tensors, carriedOf(experiment), CARRIED_PREFIX, state.carried);
  if (mask) cutSegments(tensors, prunableOf(model), MASK_PREFIX, mask);
  const record: RunRecord = {
    step,
    momentsSince,
    evaluatedAt,
    best: best ? { step: best.step, validationLoss: best.validationLoss } : null,
    watch,
    plateau,
    earlyStopping,
    prunings: [...prunings],
    checkpoint,
    live: [...live],
  };
  const metadata = new Map([
    ["format", FORMAT],
    ["experiment", JSON.stringify(experiment)],
    ["run", JSON.stringify(record)],
    ["plan", JSON.stringify(plan)],
  ]);
  return { tensors, metadata };
}

/** The value that a text of the metadata stands for, undefined when it is missing or no JSON. */
function parseText(metadata: ReadonlyMap<string, string>, key: string): unknown {
  const text = metadata.get(key);
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // the schema then refuses it by name
  }
}

/**
 * The experiment that a file of ours names. Throws `InputError`: `file-invalid` for another file, `experiment-invalid`
 * or `experiment-newer` with the first refused field.
 */
function decodeExperiment(metadata: ReadonlyMap<string, string>): Experiment {
  const format = metadata.get("format");
  if (format !== FORMAT) {
    throw new InputError("file-invalid", {
      path: "__metadata__.format",
      expected: FORMAT,
      actual: format ?? "nothing",
    });
  }
  const parsed = parseExperiment(parseText(metadata, "experiment"));
  if (parsed.ok) return parsed.experiment;
  const [{ path, expected, actual } = { path: "", expected: "", actual: "" }] = parsed.issues;
  throw new InputError(parsed.code, { path, expected, actual });
}

function requireParsed<Value>(
  key: string,
  parsed: { readonly ok: true; readonly value: Value } | { readonly ok: false; readonly path: string },
): Value {
  if (parsed.ok) return parsed.value;
  throw new InputError("file-invalid", {
    path: `__metadata__.${key}.${parsed.path}`,
    actual: "nothing, or another value",
  });
}

/** Extent `axis` of a tensor that decides the model's outer sizes. */
function readExtent(file: UncheckedCheckpoint, tensor: string, axis: number): number {
  const extent = file.tensors.get(tensor)?.shape[axis];
  if (extent !== undefined && extent > 0) return extent;
  throw new InputError("file-mismatch", { tensor, expected: "a matrix", actual: "nothing" });
}

const showShape = (shape: readonly number[]) => `[${shape.join(", ")}]`;

/** One way in which a file and the model it names disagree. */
interface Difference {
  readonly tensor: string;
  readonly expected: string;
  readonly actual: string;
}

/** What has been found out about a file while it is joined. */
interface Findings {
  readonly used: Set<string>;
  readonly differences: Difference[];
}

function findDifference(file: UncheckedCheckpoint, tensor: string, shape: readonly number[]): Difference | null {
  const expected = showShape(shape);
  const found = file.tensors.get(tensor);
  if (!found) return { tensor, expected, actual: "nothing" };
  if (showShape(found.shape) !== expected) return { tensor, expected, actual: showShape(found.shape) };
  if (!(found.data instanceof Float32Array)) return { tensor, expected: "F32", actual: "another element type" };
  return null;
}

/** Joins named segments to a flat buffer and notes what does not fit. */
function joinSegments(
  file: UncheckedCheckpoint,
  { segments, length }: Layout,
  prefix: string,
  { used, differences }: Findings,
): Float32Array<ArrayBuffer> {
  const flat = new Float32Array(length);
  for (const segment of segments) {
    const tensor = `${prefix}${segment.name}`;
    used.add(tensor);
    const difference = findDifference(file, tensor, segment.shape);
    if (difference) differences.push(difference);
    else flat.set(file.tensors.get(tensor)?.data ?? [], segment.offset);
  }
  return flat;
}

/** The mask [P] of a pruning run; null where the experiment prunes nothing. */
function joinMask(
  file: UncheckedCheckpoint,
  experiment: Experiment,
  model: Model,
  findings: Findings,
): Float32Array<ArrayBuffer> | null {
  if (experiment.training.pruning === null) return null;
  const prunable = prunableOf(model);
  const joined = joinSegments(file, prunable, MASK_PREFIX, findings);
  const mask = new Float32Array(model.P).fill(1);
  for (const { name, offset, shape } of prunable.segments) {
    const values = joined.subarray(offset, offset + elementCount(shape));
    if (!values.every((value) => value === 0 || value === 1)) {
      const tensor = `${MASK_PREFIX}${name}`;
      findings.differences.push({ tensor, expected: "0 and 1 only", actual: "other numbers" });
    }
    mask.set(values, offset);
  }
  return mask;
}

/** Names in a file are untrusted and may be as long as its header. */
const SHOWN_NAME_LENGTH = 100;
/** As many differences as one sentence can carry. */
const LISTED_DIFFERENCES = 3;

/** Refuses a file with everything that does not fit, the first difference in fields of its own. */
function refuseDifferences(differences: readonly Difference[]): void {
  const [first] = differences;
  if (!first) return;
  const listed = differences
    .slice(0, LISTED_DIFFERENCES)
    .map(({ tensor, expected, actual }) => `${tensor}: expected ${expected}, got ${actual}`);
  const left = differences.length - listed.length;
  const more = left > 0 ? [`and ${left} more`] : [];
  const details = { ...first, count: differences.length, differences: [...listed, ...more].join("; ") };
  throw new InputError("file-mismatch", details);
}

/**
 * The state that a file holds; `createRun` still checks that it fits the data. Throws `InputError`: `file-invalid`,
 * `experiment-invalid`, `experiment-newer`, or `file-mismatch` with the list of tensors that are missing, in excess or of
 * another shape or type. Values that are not finite are accepted; `nonFiniteTensors` lists them.
 */
export function decodeCheckpoint(file: UncheckedCheckpoint): RunState {
  const experiment = decodeExperiment(file.metadata);
  const { best, ...record } = requireParsed("run", parseRunRecord(parseText(file.metadata, "run")));
  const plan = requireParsed("plan", parsePlan(parseText(file.metadata, "plan")));
  const { layers, embedding, decoder } = experiment.model;
  const inputWidth = readExtent(file, embedding ? "embedding.E" : "layers.0.W", 0);
  const outputs = readExtent(file, "head.b", 0);
  const shape = { layers, embedding, inputWidth, outputs };
  const model = decoder
    ? createSequenceModel(shape, { layer: decoderLayer(decoder, layers), form: decoder.context })
    : createModel(shape);
  const findings: Findings = { used: new Set(), differences: [] };
  const layout = parametersOf(model);
  const params = joinSegments(file, layout, "", findings);
  const prefixes = momentPrefixes(experiment);
  const moments = new Float32Array(prefixes.length * model.P);
  for (const [s, prefix] of prefixes.entries()) moments.set(joinSegments(file, layout, prefix, findings), s * model.P);
  const bestState = best && { ...best, params: joinSegments(file, layout, BEST_PREFIX, findings) };
  const carried = joinSegments(file, carriedOf(experiment), CARRIED_PREFIX, findings);
  const mask = joinMask(file, experiment, model, findings);
  const extra = [...file.tensors.keys()].filter((name) => !findings.used.has(name));
  const excess = extra.map((name) => ({
    tensor: name.slice(0, SHOWN_NAME_LENGTH),
    expected: "nothing",
    actual: "a tensor",
  }));
  refuseDifferences([...findings.differences, ...excess]);
  return { ...record, experiment, plan, inputWidth, outputs, params, moments, carried, mask, best: bestState };
}

/** Names of the tensors with a NaN or an infinity, for the warning when such a file is opened. */
export function nonFiniteTensors({ tensors }: UncheckedCheckpoint): readonly string[] {
  return [...tensors]
    .filter(([, { data }]) => data instanceof Float32Array && !data.every(Number.isFinite))
    .map(([name]) => name);
}
