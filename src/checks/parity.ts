/**
 * Plays seeded cases of single operations on a backend and on the CPU player and compares them with the contract's
 * tolerance. The link in the chain of trust between twins and kernels: tests, `npm run test:naga` and the page's own
 * check of the GPU all call it.
 */
import { createReferenceBackend } from "../backends/reference/player.ts";
import type { Backend, Player } from "../core/backend.ts";
import { type Plan, type Program, playsWholeSteps } from "../core/program.ts";
import { evaluateExtent } from "../core/required-elements.ts";
import { findOperation } from "../operations/registry.ts";
import { MICRO, MICRO_KERNEL, TRAINING_STEPS } from "../operations/training-steps.ts";
import { type Comparison, compareArrays, compareSteps, passes, severity } from "./compare.ts";
import type { ParityCase } from "./parity-case.ts";
import { PARITY_CASES } from "./parity-cases.ts";
import { type Arrays, createParityProgram, fillTensors } from "./parity-program.ts";

/** What to check; everything by default. */
export interface ParityOptions {
  /** Names of operations. */
  readonly operations?: readonly string[];
  /** Programs to check; all by default. */
  readonly accepts?: (program: Program) => boolean;
  /** Whole training steps in one dispatch are played too, where they can be; software adapters compile them for minutes. */
  readonly wholeSteps?: boolean;
  readonly seed?: number;
  /** Called before each case. */
  readonly progress?: (done: number, total: number) => void;
}

/** The worst tensor of one case. */
export interface ParityResult extends Comparison {
  readonly operation: string;
  /** Of the plan that was played; empty where the backend has only one. */
  readonly implementation: string;
  /** Extents and constants, enough to play the case again. */
  readonly numbers: string;
  readonly tensor: string;
  readonly passed: boolean;
}

/** Every case, with the seed that repeats it. */
export interface ParityReport {
  readonly backend: string;
  readonly adapter: string;
  readonly seed: number;
  readonly passed: number;
  readonly failed: number;
  readonly results: readonly ParityResult[];
}

/** Allowed error of dL/dh in each step, relative to the largest gradient of that step. */
const STEP_TOLERANCE = 1e-3;

/** Runs the cases one after the other. Rejects only where the backend cannot build or play a case. */
export async function runParity(backend: Backend, options: ParityOptions = {}): Promise<ParityReport> {
  const seed = options.seed ?? 1;
  const reference = createReferenceBackend();
  const cases = PARITY_CASES.filter(({ operation }) => options.operations?.includes(operation) ?? true);
  const results: ParityResult[] = [];
  const played = new Map<string, number>();
  for (const [index, parityCase] of cases.entries()) {
    // Numbered within its operation, so that a case has the same numbers whichever others there are.
    const step = played.get(parityCase.operation) ?? 0;
    played.set(parityCase.operation, step + 1);
    options.progress?.(index, cases.length);
    const program = createParityProgram(parityCase);
    if (options.accepts?.(program) === false) continue;
    const arrays = fillTensors(program, parityCase, { seed, step });
    const wanted = await playCase(reference, { program, plan: reference.plan(program) }, parityCase, arrays);
    for (const plan of listPlans(backend, program, parityCase.operation, options.wholeSteps ?? false)) {
      const got = await playCase(backend, { program, plan }, parityCase, arrays);
      const implementation = (plan[TRAINING_STEPS] ?? plan[parityCase.operation])?.implementation ?? "";
      results.push({ ...judge(parityCase, got, wanted), implementation });
    }
  }
  const failed = results.filter(({ passed }) => !passed).length;
  const { kind, adapter } = backend.info;
  return { backend: kind, adapter, seed, passed: results.length - failed, failed, results };
}

/** Whole training steps, with the lanes that their kernel has by itself. */
const WHOLE_STEPS: Plan = { [TRAINING_STEPS]: { implementation: MICRO, sizes: {} } };

/** The backend's own plan, one for each other implementation that can play the Program's only call, and whole steps if wished. */
function listPlans(backend: Backend, program: Program, operation: string, wholeSteps: boolean): readonly Plan[] {
  const own = backend.plan(program);
  const chosen = own[operation]?.implementation;
  if (chosen === undefined) return [own];
  const others = Object.keys(findOperation(operation).implementations).filter((name) => name !== chosen);
  const plans = others.map((implementation) => backend.plan(program, { [operation]: { implementation, sizes: {} } }));
  const whole = wholeSteps ? [backend.plan(program, WHOLE_STEPS)] : [];
  return [own, ...plans.filter((plan) => plan[operation]?.implementation !== chosen), ...whole.filter(playsWholeSteps)];
}

/** A Program and what plays it. */
interface PlannedProgram {
  readonly program: Program;
  readonly plan: Plan;
}

async function playCase(
  backend: Backend,
  { program, plan }: PlannedProgram,
  parityCase: ParityCase,
  arrays: Arrays,
): Promise<Arrays> {
  const player: Player = await backend.create(program, plan);
  try {
    for (const [name, array] of arrays) player.write(name, array);
    player.playSteps(["forward"], 1, () => parityCase.scalars ?? {});
    const inOneDispatch = player.counts.dispatches[MICRO_KERNEL.file] === 1;
    if (inOneDispatch !== playsWholeSteps(plan)) throw new Error(`${parityCase.operation} was not played by its plan`);
    const read = async (name: string) => [name, await player.read(name)] as const;
    return new Map(await Promise.all(comparedTensors(parityCase).map(read)));
  } finally {
    player.dispose();
  }
}

/** The case that came closest to failing, or failed worst, in words; empty for no case. */
export function describeWorst({ results }: Pick<ParityReport, "results">): string {
  const [first, ...others] = results;
  if (!first) return "";
  const worst = others.reduce((a, b) => (severity(b) > severity(a) ? b : a), first);
  const { operation, implementation, tensor, numbers, error, allowed } = worst;
  return `${[operation, implementation].filter(Boolean).join(" ")}, ${tensor} ${numbers}: error ${error.toExponential(1)}, allowed ${allowed.toExponential(1)}`;
}

function comparedTensors({ operation, compared }: ParityCase): readonly string[] {
  const { tensors } = findOperation(operation);
  return compared ?? Object.keys(tensors).filter((name) => tensors[name]?.access !== "in");
}

function judge(parityCase: ParityCase, got: Arrays, wanted: Arrays): Omit<ParityResult, "implementation"> {
  const { operation, numbers } = parityCase;
  const { tolerance } = findOperation(operation);
  const comparisons = comparedTensors(parityCase).flatMap((tensor) => {
    const [ours, theirs] = [got.get(tensor) ?? [], wanted.get(tensor) ?? []];
    const relative = theirs instanceof Uint32Array ? 0 : tolerance.relative;
    const whole = { tensor, ...compareArrays(ours, theirs, relative) };
    if (tensor !== "dh") return [whole];
    const T = evaluateExtent("T+1", numbers);
    const shape = [1, T, evaluateExtent("B·H", numbers)] as const;
    return [whole, { tensor: "dh, by step", ...compareSteps(ours, theirs, shape, STEP_TOLERANCE) }];
  });
  if (parityCase.flags !== undefined) {
    const flags = got.get("flags")?.[0] ?? Number.NaN;
    comparisons.push({ tensor: "flags, as stated", ...compareArrays([flags], [parityCase.flags], 0) });
  }
  const worst = comparisons.reduce((a, b) => (severity(b) > severity(a) ? b : a));
  const passed = comparisons.every(passes);
  return { operation, numbers: JSON.stringify(numbers), ...worst, passed };
}
