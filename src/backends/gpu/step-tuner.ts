/**
 * Races of whole training steps, each plan on tensors of its own: the defaults against what was chosen call by call, and
 * `micro`, where its kernel can play the steps, against the calls one by one. The winner of the latter is remembered like others.
 */
import type { Player, TuneOptions } from "../../core/backend.ts";
import { ProgramRefusedError } from "../../core/errors.ts";
import type { Numbers } from "../../core/operation.ts";
import type { Plan, PlannedOperation, Program } from "../../core/program.ts";
import { MICRO, TRAINING_STEPS } from "../../operations/training-steps.ts";
import { isMicroFeasible } from "./micro-lowering.ts";
import { race } from "./race.ts";
import { createTrainingRunner, describeTraining, MEASUREMENT, trainingOf } from "./training-runner.ts";

/** Lanes worth trying, fewest first: a software adapter pays for each, a GPU hides latency with them. */
const LANES = { software: [4, 8], hardware: [64] };

/** Measurements of each plan that a race needs at least. */
const FEWEST_MEASUREMENTS = 3;

/** Time that the kernel may take: one to two seconds to compile on a software adapter, which cannot be broken off. */
const COMPILING_MS = 1500;

/** What has been compiled is measured, if that takes no longer: the next visit would only compile it again. */
const GRACE_MS = 200;

/** What is remembered where the calls one by one are faster. */
const CALL_BY_CALL: PlannedOperation = { implementation: "calls", sizes: {} };

/** What a race works with. */
export interface StepRaceParts {
  readonly program: Program;
  readonly create: (program: Program, plan: Plan) => Promise<Player>;
}

/** What the tuner of steps works with; `plan` says how the calls are played one by one. */
export interface StepTunerParts extends StepRaceParts {
  readonly plan: Plan;
  readonly software: boolean;
  readonly adapter: string;
}

/** True for workgroup sizes that are tried on such an adapter. */
export function isTriedWorkgroupSize(size: number | undefined, software: boolean): boolean {
  return LANES[software ? "software" : "hardware"].some((lanes) => lanes === size);
}

/** The sizes to try; undefined where the kernel cannot play the training steps. */
function chooseSizes(training: Program, software: boolean): Numbers | undefined {
  const lanes = LANES[software ? "software" : "hardware"];
  if (!training.phases.update) return undefined;
  return lanes.map((WORKGROUP_SIZE) => ({ WORKGROUP_SIZE })).find((sizes) => isMicroFeasible(training, sizes));
}

/** The entry of a plan for whole training steps, or none. Rejects with `BackendLostError` when the device goes away. */
export async function tuneSteps(parts: StepTunerParts, options: TuneOptions): Promise<Plan> {
  const training = trainingOf(parts.program);
  const sizes = chooseSizes(training, parts.software);
  if (!sizes) return {};
  const key = describeTraining(parts.adapter, TRAINING_STEPS, training);
  const known =
    options.memory.recall(key) ?? (await measure(parts, training, { implementation: MICRO, sizes }, options));
  if (!known) return {};
  options.memory.remember(key, known);
  return known.implementation === MICRO ? { [TRAINING_STEPS]: known } : {};
}

/** The faster of both; undefined where there was no time to tell. */
async function measure(
  parts: StepTunerParts,
  training: Program,
  micro: PlannedOperation,
  options: TuneOptions,
): Promise<PlannedOperation | undefined> {
  if (options.skipped() || options.limitMs < COMPILING_MS) return undefined;
  const plans = [parts.plan, { ...parts.plan, [TRAINING_STEPS]: micro }];
  const winner = await raceSteps({ ...parts, program: training }, plans, options);
  return winner === undefined ? undefined : winner === 0 ? CALL_BY_CALL : micro;
}

/**
 * The place of the plan whose training steps are fastest, the first one favoured; undefined where there was no time to tell,
 * or no memory for all of them at once.
 * Rejects with `BackendLostError` when the device goes away.
 */
export async function raceSteps(
  { program, create }: StepRaceParts,
  plans: readonly Plan[],
  options: TuneOptions,
): Promise<number | undefined> {
  const { now, skipped, limitMs } = options;
  const limit = now() + limitMs;
  if (skipped() || limitMs <= 0) return undefined;
  const training = trainingOf(program);
  const players: Player[] = [];
  try {
    for (const plan of plans) players.push(await create(training, plan));
    const runners = players.map((player) => createTrainingRunner(player, training, now));
    const rules = { now, skipped, untilMs: Math.max(limit, now() + GRACE_MS) };
    const ms = (await runners[0]?.run()) ?? Number.NaN;
    const atLeastMs = Math.max(ms, MEASUREMENT.ms) * FEWEST_MEASUREMENTS * plans.length;
    if (!(now() + atLeastMs <= rules.untilMs)) return undefined;
    return (await race(runners, rules))?.winner;
  } catch (error) {
    if (!(error instanceof ProgramRefusedError)) throw error;
    return undefined;
  } finally {
    for (const player of players) player.dispose();
  }
}
