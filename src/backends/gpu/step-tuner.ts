/**
 * The measured choice of how whole training steps are played: `micro`, where its kernel can, against the calls one by one as
 * the plan has them. Both play the training phases on tensors of their own; the winner is remembered like others.
 */
import type { Player, TuneOptions } from "../../core/backend.ts";
import { modelsOf } from "../../core/model-layout.ts";
import type { Numbers } from "../../core/operation.ts";
import type { OperationCall, Plan, PlannedOperation, Program } from "../../core/program.ts";
import { findOperation } from "../../operations/registry.ts";
import { MICRO, TRAINING_PHASES, TRAINING_STEPS } from "../../operations/training-steps.ts";
import { isMicroFeasible } from "./micro-lowering.ts";
import { type Runner, race } from "./race.ts";
import { describeShape } from "./shape-key.ts";

/** Lanes worth trying, fewest first: a software adapter pays for each, a GPU hides latency with them. */
const LANES = { software: [4, 8], hardware: [64] };

/** Steps of one measurement. */
const STEPS = 8;

/** Time to set aside: the kernel takes one to two seconds to compile on a software adapter, which cannot be broken off. */
const RESERVED_MS = 1500;

/** What is remembered where the calls one by one are faster. */
const CALL_BY_CALL: PlannedOperation = { implementation: "calls", sizes: {} };

/** Scalars, parameters and data of a measurement: small, so that sums stay finite. As a number of rows or a place it is 0. */
const FILL = 1 / 64;

/** What it works with; `plan` says how the calls are played one by one. */
export interface StepTunerParts {
  readonly program: Program;
  readonly plan: Plan;
  readonly software: boolean;
  readonly adapter: string;
  readonly create: (program: Program, plan: Plan) => Promise<Player>;
}

/** The sizes to try; undefined where the kernel cannot play the training steps. */
function chooseSizes(training: Program, software: boolean): Numbers | undefined {
  const lanes = LANES[software ? "software" : "hardware"];
  if (!training.phases.update) return undefined;
  return lanes.map((WORKGROUP_SIZE) => ({ WORKGROUP_SIZE })).find((sizes) => isMicroFeasible(training, sizes));
}

/** Milliseconds that `tuneSteps` wants left over when it begins, 0 where it has nothing to measure. */
export function reservedForSteps(program: Program, software: boolean): number {
  return chooseSizes(trainingOf(program), software) ? RESERVED_MS : 0;
}

/** The entry of a plan for whole training steps, or none. Rejects with `BackendLostError` when the device goes away. */
export async function tuneSteps(parts: StepTunerParts, options: TuneOptions): Promise<Plan> {
  const training = trainingOf(parts.program);
  const sizes = chooseSizes(training, parts.software);
  if (!sizes) return {};
  const key = describeSteps(parts.adapter, training);
  const known =
    options.memory.recall(key) ?? (await measure(parts, training, { implementation: MICRO, sizes }, options));
  if (!known) return {};
  options.memory.remember(key, known);
  return known.implementation === MICRO ? { [TRAINING_STEPS]: known } : {};
}

/** The Program's training phases alone. */
function trainingOf({ models, tensors, phases }: Program): Program {
  const played = TRAINING_PHASES.flatMap((phase) => (phases[phase] ? [[phase, phases[phase]] as const] : []));
  return { ...(models === undefined ? {} : { models }), tensors, phases: Object.fromEntries(played) };
}

const callsOf = ({ phases }: Program): readonly OperationCall[] => Object.values(phases).flat();

function describeSteps(adapter: string, program: Program): string {
  const shapes = callsOf(program).map(({ operation, numbers }) => {
    return `${operation} ${describeShape(findOperation(operation), numbers)}`;
  });
  return [adapter, `models ${modelsOf(program)}`, TRAINING_STEPS, ...new Set(shapes)].join(" | ");
}

/** The faster of both; undefined where there was no time to tell. */
async function measure(
  { create, plan }: StepTunerParts,
  training: Program,
  micro: PlannedOperation,
  options: TuneOptions,
): Promise<PlannedOperation | undefined> {
  const rules = { now: options.now, skipped: options.skipped, untilMs: options.now() + options.limitMs };
  if (rules.skipped() || options.limitMs < RESERVED_MS) return undefined;
  const names = callsOf(training).flatMap(({ operation }) => findOperation(operation).scalars);
  const scalars = Object.fromEntries(names.map((name) => [name, FILL]));
  const phases = TRAINING_PHASES.filter((phase) => training.phases[phase]);
  const players: Player[] = [];
  try {
    for (const one of [plan, { ...plan, [TRAINING_STEPS]: micro }]) players.push(await create(training, one));
    const runners = players.map((player): Runner => {
      for (const { name, shape, role } of training.tensors) {
        const elements = shape.reduce((product, extent) => product * extent, 1);
        if (role === "parameters") player.write(name, new Float32Array(elements).fill(FILL));
      }
      return {
        async run() {
          const began = rules.now();
          player.playSteps(phases, STEPS, () => scalars);
          await player.settle();
          return rules.now() - began;
        },
      };
    });
    const result = await race(runners, rules);
    return result && (result.winner === 0 ? CALL_BY_CALL : micro);
  } finally {
    for (const player of players) player.dispose();
  }
}
