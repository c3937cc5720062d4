/**
 * Judges one golden case: finds who can play it, plays it and compares every reference tensor. A reference that nothing
 * computed makes the case unsupported, never passed.
 */
import type { Backend } from "../core/backend.ts";
import { BackendLostError } from "../core/errors.ts";
import type { GoldenCase, GoldenTensor } from "../interop/golden-file.ts";
import { type Comparison, compareArrays, compareSteps, passes, severity } from "./compare.ts";
import { runGoldenAttention, runGoldenDecoder } from "./golden-attention.ts";
import { runGoldenLayer } from "./golden-layers.ts";
import { runGoldenLoss } from "./golden-losses.ts";
import { runGoldenMetrics } from "./golden-metrics.ts";
import { runGoldenClip, runGoldenOptimizer } from "./golden-optimizers.ts";
import { type GoldenPlace, type GoldenRun, type GoldenRunner, unsupported } from "./golden-run.ts";
import { runGoldenSchedule } from "./golden-schedules.ts";
import { runGoldenSequences } from "./golden-sequences.ts";
import { runGoldenCell, runGoldenStack } from "./golden-stacks.ts";
import { runGoldenTraining } from "./golden-training.ts";

/** The comparison that came closest to failing, or failed worst. */
export interface Worst extends Comparison {
  readonly case: string;
  readonly tensor: string;
}

/** How a case ended. `note` says why it is not passed; empty where it is. */
export interface CaseResult {
  readonly outcome: "passed" | "failed" | "unsupported";
  readonly note: string;
  readonly worst: Worst | null;
}

/** f32 on a CPU, which software adapters are too; other adapters may use WGSL's wider limits for exp and tanh. */
const RELATIVE = { software: 2e-5, hardware: 1e-4 } as const;
/** Rounding of a few operations in f64, as in the reference. */
const HOST_RELATIVE = 1e-12;
/** What comes after training steps adds up the rounding of every one of them; the plain tanh RNN amplifies it at its tail. */
const CURVE_RELATIVE = 1e-4;
const UNSTABLE_CURVES: ReadonlyMap<string, number> = new Map([["sine_rnn_tanh", 1e-3]]);
const CURVES = /^(?:loss|loss_f32_torch|grad_norm|final\/.*|\w+_final)$/;
const STEP_RELATIVE = 1e-3;
/** dL/dh and dL/dc through time: `d_h`, `d_L0.fwd.h`, … */
const STEP_GRADIENT = /^d_(?:L\d+\.\w+\.)?[hc]$/;
/** A pre-activation of several hundred is known to 1.5e-5 in f32, and its slope to twice that: docs/decisions/0007. */
const OVERFLOW_RELATIVE = 1e-4;
/** At such weights gates are 0 or 1 to the last bit and late gradients are rounding. */
const EXTREME_TAGS: ReadonlySet<unknown> = new Set(["saturated", "overflow"]);
/** Forward pre-activations are overwritten by the gates that they become. */
const EXEMPT = /^a(?:_|$)/;

/** Who plays a case, told by what its info speaks of, so that folders may be arranged in any way. */
function findRunner({ info }: GoldenCase): GoldenRunner | null {
  if ("kind" in info && "mode" in info) return runGoldenCell;
  if ("return_sequences" in info) return runGoldenStack;
  if ("reduction" in info) return runGoldenLoss;
  if ("style" in info) return "opt" in info ? runGoldenSequences : runGoldenDecoder;
  if ("Te" in info) return runGoldenAttention;
  if ("lead" in info) return runGoldenLayer;
  if ("how" in info) return runGoldenClip;
  if ("lr0" in info) return runGoldenSchedule;
  if ("metrics" in info) return runGoldenMetrics;
  if ("opt" in info && "steps" in info && "layers" in info) return runGoldenTraining;
  if ("opt" in info) return runGoldenOptimizer;
  return null;
}

/** True for a case with something to compare: `common` and its like only carry inputs for others. */
export function isJudged(golden: GoldenCase): boolean {
  return referencesOf(golden).length > 0;
}

function referencesOf(golden: GoldenCase): readonly string[] {
  const names = [...golden.tensors].filter(([, { data }]) => data instanceof Float64Array).map(([name]) => name);
  return names.filter((name) => !EXEMPT.test(name));
}

/**
 * Plays and compares a case. Throws `BackendLostError` only: an error of the engine, or a Program that the backend
 * refuses, is the failure of this case and no reason to leave the others unplayed.
 */
export async function verifyCase(golden: GoldenCase, place: GoldenPlace): Promise<CaseResult> {
  const runner = findRunner(golden);
  let run: GoldenRun;
  try {
    run = runner ? await runner(golden, place) : unsupported("no such kind of case yet");
  } catch (error) {
    if (error instanceof BackendLostError) throw error;
    return { outcome: "failed", note: error instanceof Error ? error.message : String(error), worst: null };
  }
  if (!run.supported) return { outcome: "unsupported", note: run.reason, worst: null };
  const { tensors } = run;
  const missing = referencesOf(golden).filter((name) => !tensors.has(name));
  if (missing.length > 0) {
    return { outcome: "unsupported", note: `not computed: ${missing.join(", ")}`, worst: null };
  }
  const isTraining = runner === runGoldenTraining || runner === runGoldenSequences;
  const onHost = runner === runGoldenSchedule || runner === runGoldenMetrics;
  return judge(golden, tensors, { isTraining, onHost, software: isSoftware(place.backend) });
}

function isSoftware({ info }: Backend): boolean {
  return info.kind !== "webgpu" || info.software;
}

interface Setting {
  readonly isTraining: boolean;
  /** Computed in f64 without a backend. */
  readonly onHost: boolean;
  readonly software: boolean;
}

function judge(golden: GoldenCase, tensors: ReadonlyMap<string, ArrayLike<number>>, setting: Setting): CaseResult {
  const comparisons: Worst[] = [];
  for (const [name, reference] of golden.tensors) {
    // Short results (`final/*` of larger models) are stored as F32 and compared as well.
    const got = tensors.get(name);
    if (!got) continue;
    const relative = relativeOf(golden, name, setting);
    comparisons.push({ case: golden.name, tensor: name, ...compareArrays(got, reference.data, relative) });
    const steps = stepsOf(golden, name, reference);
    if (steps) {
      const worstStep = compareSteps(got, reference.data, steps, STEP_RELATIVE);
      comparisons.push({ case: golden.name, tensor: `${name} by step`, ...worstStep });
    }
  }
  const failed = comparisons.filter((comparison) => !passes(comparison));
  const worst = comparisons.reduce<Worst | null>((a, b) => (a && severity(a) >= severity(b) ? a : b), null);
  const note = failed.map(({ tensor, error, allowed }) => `${tensor} ${error} > ${allowed}`).join(", ");
  return { outcome: failed.length === 0 ? "passed" : "failed", note, worst };
}

function relativeOf(golden: GoldenCase, tensor: string, { isTraining, onHost, software }: Setting): number {
  if (onHost) return HOST_RELATIVE;
  if (isTraining && CURVES.test(tensor)) return UNSTABLE_CURVES.get(golden.name) ?? CURVE_RELATIVE;
  if (golden.info.tag === "overflow") return OVERFLOW_RELATIVE;
  return software ? RELATIVE.software : RELATIVE.hardware;
}

/** Shape [B, T, H] of a gradient that is judged step by step as well, or null. */
function stepsOf(
  golden: GoldenCase,
  tensor: string,
  { shape }: GoldenTensor,
): readonly [B: number, T: number, H: number] | null {
  const [B, T, H] = shape;
  if (!STEP_GRADIENT.test(tensor) || EXTREME_TAGS.has(golden.info.tag)) return null;
  return B === undefined || T === undefined || H === undefined || shape.length !== 3 ? null : [B, T, H];
}
