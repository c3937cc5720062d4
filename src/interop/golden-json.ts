/**
 * Golden files in JSON: an object whose members are cases, with their numbers inline and nothing to mark what is a result.
 * Two kinds are known by their members: learning-rate schedules and metrics. JSON files of other kinds have no cases.
 */
import * as v from "valibot";
import type { GoldenCase, GoldenTensor } from "./golden-file.ts";

const Numbers = v.array(v.number());
const ScheduleFile = v.record(v.string(), v.looseObject({ kind: v.string(), lr0: v.number(), lr: Numbers }));

/** Members of a metrics case that are given; every other number is a result. */
const METRIC_INPUTS: ReadonlySet<string> = new Set([
  "pred",
  "target",
  "logit",
  "prob",
  "logits_B_T_C",
  "target_B_T",
  "mask_B_T",
]);
const MetricsCase = v.union([
  v.looseObject({ pred: Numbers, target: Numbers, r2: v.number() }),
  v.looseObject({ logit: Numbers, target: Numbers, auc_roc: v.number() }),
  v.looseObject({ logits_B_T_C: v.array(v.unknown()), perplexity: v.number() }),
]);
const MetricsFile = v.record(v.string(), MetricsCase);

/** Extents and elements of nested arrays of numbers; null for anything else. */
function flatten(value: unknown): { readonly shape: readonly number[]; readonly data: readonly number[] } | null {
  if (typeof value === "number") return { shape: [], data: [value] };
  if (!Array.isArray(value)) return null;
  const parts = value.map(flatten);
  const known = parts.filter((part) => part !== null);
  if (known.length < parts.length) return null;
  return { shape: [value.length, ...(known[0]?.shape ?? [])], data: known.flatMap(({ data }) => data) };
}

function readMetrics(name: string, members: Readonly<Record<string, unknown>>): GoldenCase {
  const tensors = new Map<string, GoldenTensor>();
  for (const [member, value] of Object.entries(members)) {
    const flat = flatten(value);
    if (!flat) continue;
    const data = METRIC_INPUTS.has(member) ? Float32Array.from(flat.data) : Float64Array.from(flat.data);
    tensors.set(member, { shape: flat.shape, data });
  }
  return { name, info: { name, metrics: true }, tensors };
}

/**
 * The cases of a file: of a schedule `lr` [steps] is the result, of metrics every number that is no input. Throws
 * `SyntaxError` for text that is no JSON.
 */
export function readGoldenJson(text: string): readonly GoldenCase[] {
  const value: unknown = JSON.parse(text);
  const schedules = v.safeParse(ScheduleFile, value);
  if (schedules.success) {
    return Object.entries(schedules.output).map(([name, { lr, ...info }]) => ({
      name,
      info: { ...info, name },
      tensors: new Map([["lr", { shape: [lr.length], data: Float64Array.from(lr) }]]),
    }));
  }
  const metrics = v.safeParse(MetricsFile, value);
  return metrics.success ? Object.entries(metrics.output).map(([name, members]) => readMetrics(name, members)) : [];
}
