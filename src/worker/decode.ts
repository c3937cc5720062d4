/**
 * The gate at each end of the road: an unknown message becomes a `Command` or an `Event`, or is refused. Schemas repeat
 * the unions of `protocol.ts` on purpose; the compiler holds the two together, because what a schema yields is returned
 * as the union without a cast. Objects are checked field by field, arrays by their class only.
 */
import * as v from "valibot";
import type { Fault } from "../core/errors.ts";
import { type Experiment, parseExperiment, type TaskName } from "../core/experiment.ts";
import type { PhaseName } from "../core/program.ts";
import type { PublishedName, VariantName } from "../core/published-model.ts";
import type { PruningReport } from "../core/run-record.ts";
import { parseSharedPlan, type SharedPlan } from "../core/shared-plan.ts";
import type { DataSource, Thumbnail } from "../core/task.ts";
import type { Command, Event } from "./protocol.ts";
import type { DatasetSummary, LayerSummary, TaskResult } from "./summaries.ts";

const isObject = (value: unknown): value is object => typeof value === "object" && value !== null;

const floats = v.custom<Float32Array<ArrayBuffer>>((value) => value instanceof Float32Array);
const bytes = v.custom<ArrayBuffer>((value) => value instanceof ArrayBuffer);
/** Comes out as the schema fills it in, so that nobody behind the border meets a setting that is absent. */
const experiment = v.pipe(
  v.unknown(),
  v.rawTransform<unknown, Experiment>(({ dataset, addIssue, NEVER }) => {
    const parsed = parseExperiment(dataset.value);
    if (parsed.ok) return parsed.experiment;
    addIssue({ message: "an experiment" });
    return NEVER;
  }),
);
/** Losses and metrics may be anything that arithmetic yields; `v.number` would refuse NaN. */
const real = v.custom<number>((value) => typeof value === "number");
const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const step = count;
const runId = count;
const own = v.object({ name: v.string(), bytes });
const ownOrNull = v.nullable(own);
const ownTask = v.picklist(["own-text", "own-series"]);
const purpose = v.picklist(["download", "keep"]);
const liveField = v.picklist(["learningRate", "clipNorm", "clipValue"]);
const metricsByName = v.record(v.string(), real);

const sizes = v.record(v.string(), v.number());
const plan = v.record(v.string(), v.object({ implementation: v.string(), sizes }));

const shared = v.custom<SharedPlan>((value) => parseSharedPlan(value) !== null);
const wish = v.picklist(["auto", "webgpu", "wasm", "cpu"]);

const CommandSchema = v.variant("type", [
  v.object({
    type: v.literal("open-backend"),
    wish,
    measured: v.nullable(plan),
  }),
  v.object({
    type: v.literal("start"),
    runId,
    experiment,
    own: ownOrNull,
    plan: v.nullable(shared),
    autoplay: v.boolean(),
  }),
  v.object({ type: v.literal("open-run"), runId, file: bytes, own: ownOrNull }),
  v.object({ type: v.literal("undo") }),
  v.object({ type: v.literal("play") }),
  v.object({ type: v.literal("pause") }),
  v.object({ type: v.literal("step") }),
  v.object({ type: v.literal("stop-at"), step: v.nullable(step) }),
  v.object({ type: v.literal("set-live"), field: liveField, value: v.nullable(v.number()) }),
  v.object({ type: v.literal("restore-best") }),
  v.object({
    type: v.literal("set-probe"),
    probe: v.variant("kind", [
      v.object({ kind: v.literal("choice"), index: count }),
      v.object({ kind: v.literal("text"), text: v.string() }),
    ]),
  }),
  v.object({ type: v.literal("set-generation"), prefix: v.string(), temperature: v.number() }),
  v.object({ type: v.literal("save"), purpose }),
  v.object({ type: v.literal("inspect-file"), task: ownTask, file: own }),
  v.object({ type: v.literal("set-visibility"), hidden: v.boolean(), pause: v.boolean() }),
  v.object({ type: v.literal("acknowledge-snapshot") }),
  v.object({ type: v.literal("use-cpu") }),
  v.object({ type: v.literal("skip-tuning") }),
  v.object({ type: v.literal("profile") }),
  v.object({ type: v.literal("check-device") }),
]);

const backend = v.object({
  kind: v.picklist(["webgpu", "wasm", "cpu"]),
  adapter: v.string(),
  software: v.boolean(),
  measured: v.exactOptional(v.object({ webgpuMs: v.number(), wasmMs: v.number() })),
  limits: v.object({ maxBufferBytes: v.number(), maxBindingBytes: v.number() }),
});
const details = v.record(v.string(), v.union([v.string(), v.number()]));
const fault = v.custom<Fault>((value) => isObject(value) && "code" in value && "details" in value);
const taskName = v.custom<TaskName>((value) => typeof value === "string");
const sources = v.array(v.custom<DataSource>((value) => isObject(value) && "licence" in value));
const model = v.object({
  name: v.custom<PublishedName>((value) => typeof value === "string"),
  variants: v.array(
    v.object({ name: v.custom<VariantName>((value) => typeof value === "string"), experiment, steps: step }),
  ),
  sources: v.array(v.object({ title: v.string(), url: v.string() })),
});
const thumbnail = v.custom<Thumbnail>((value) => isObject(value) && "kind" in value);
const layers = v.array(v.custom<LayerSummary>((value) => isObject(value) && "views" in value));
const dataset = v.custom<DatasetSummary>((value) => isObject(value) && "windows" in value && "probes" in value);
const result = v.custom<TaskResult>((value) => isObject(value) && "kind" in value);
const pruning = v.custom<PruningReport>((value) => isObject(value) && "parts" in value && "lossAfter" in value);
const view = v.object({ name: v.string(), range: v.picklist(["gate", "state"]), values: floats });
const probe = v.object({
  title: v.string(),
  length: count,
  labels: v.array(v.string()),
  inputs: floats,
  outputs: floats,
  targets: floats,
});

const operationTime = v.object({
  phase: v.custom<PhaseName>((value) => typeof value === "string"),
  operation: v.string(),
  label: v.string(),
  implementation: v.string(),
  sizes,
  dispatches: count,
  ms: real,
});

const EventSchema = v.variant("type", [
  v.object({
    type: v.literal("hello"),
    backend,
    faults: v.array(fault),
    tasks: v.array(v.object({ name: taskName, preset: v.nullable(experiment), sources })),
    models: v.array(model),
    operations: v.array(v.object({ name: v.string(), equation: v.string(), source: v.string() })),
  }),
  v.object({ type: v.literal("task-card"), task: taskName, thumbnail }),
  v.object({ type: v.literal("building"), runId, done: count, total: count }),
  v.object({ type: v.literal("tuning"), runId, done: count, total: count, operation: v.string() }),
  v.object({ type: v.literal("tuned"), measured: plan }),
  v.object({
    type: v.literal("profiled"),
    runId,
    step,
    method: v.picklist(["timestamps", "waiting", "clock"]),
    times: v.array(operationTime),
  }),
  v.object({
    type: v.literal("started"),
    runId,
    experiment,
    step,
    epoch: real,
    parameters: count,
    layers,
    dataset,
    backend,
    wish,
    shared,
    plan,
    memory: v.object({ bytes: count, wholeBytes: count, checkpoint: v.nullable(count) }),
    canUndo: v.boolean(),
  }),
  v.object({
    type: v.literal("playing"),
    runId,
    playing: v.boolean(),
    reason: v.picklist(["user", "stop-at", "fault", "hidden"]),
  }),
  v.object({
    type: v.literal("metrics"),
    runId,
    first: step,
    loss: floats,
    norm: floats,
    clipFactor: floats,
    clippedShare: floats,
    learningRate: floats,
    epoch: real,
    stepsPerSecond: real,
    tokensPerSecond: real,
  }),
  v.object({
    type: v.literal("evaluation"),
    runId,
    step,
    validationLoss: real,
    bestStep: step,
    bestValidationLoss: real,
    latest: metricsByName,
    best: metricsByName,
    result,
  }),
  v.object({ type: v.literal("pruned"), runId, pruning }),
  v.object({
    type: v.literal("snapshot"),
    runId,
    step,
    probe,
    layers: v.array(v.object({ views: v.array(view), unitLabels: v.exactOptional(v.array(v.string())) })),
    answers: v.array(v.object({ text: v.string(), probability: real })),
  }),
  v.object({ type: v.literal("generated"), runId, step, sample: count, text: v.string(), done: v.boolean() }),
  v.object({ type: v.literal("saved"), purpose, runId, step, fileName: v.string(), bytes }),
  v.object({
    type: v.literal("file-inspected"),
    task: ownTask,
    reference: v.object({ name: v.string(), bytes: count, sha256: v.string() }),
    preview: v.variant("kind", [
      v.object({ kind: v.literal("text"), characters: count, symbols: count, start: v.string() }),
      v.object({
        kind: v.literal("series"),
        rows: count,
        columns: v.array(v.object({ name: v.string(), refusal: v.nullable(details) })),
        head: v.array(v.array(v.string())),
      }),
    ]),
  }),
  v.object({ type: v.literal("recovering"), runId, attempt: count }),
  v.object({ type: v.literal("recovered"), runId, step, backend, wish, shared }),
  v.object({ type: v.literal("live-changed"), runId, step, field: liveField, value: v.nullable(real) }),
  v.object({ type: v.literal("device-checked"), passed: count, failed: count, worst: v.string() }),
  v.object({ type: v.literal("fault"), runId: v.nullable(runId), step: v.nullable(step), fault }),
]);

/** A message of the page, or null when it is none of ours. */
export function decodeCommand(message: unknown): Command | null {
  const parsed = v.safeParse(CommandSchema, message);
  return parsed.success ? parsed.output : null;
}

/** A message of the worker, or null when it is none of ours. */
export function decodeEvent(message: unknown): Event | null {
  const parsed = v.safeParse(EventSchema, message);
  return parsed.success ? parsed.output : null;
}
