/**
 * The training phases of a Program alone, as somebody in a race: their shapes in words, and plays of whole steps on a
 * player of their own, over small numbers in place of data. Every row of the batch is there and counts, because players
 * skip what a mask leaves out: a race over empty batches would time something else than training.
 */
import type { Player, PlayScalars } from "../../core/backend.ts";
import { elementCount } from "../../core/dims.ts";
import { layoutOf, modelsOf } from "../../core/model-layout.ts";
import type { OperationCall, Program } from "../../core/program.ts";
import { batchGather } from "../../operations/batch-gather.ts";
import { findOperation } from "../../operations/registry.ts";
import { TRAINING_PHASES } from "../../operations/training-steps.ts";
import type { Runner } from "./race.ts";
import { describeShape } from "./shape-key.ts";

/** What a measurement should take, and the steps that it plays at most. */
export const MEASUREMENT = { ms: 20, steps: 8 };

/** Scalars, parameters and data of a measurement: small, so that sums stay finite. */
const FILL = 1 / 64;

/** What a mask has for rows that count, and a divisor for a sum. */
const COUNTS = 1;

/** Part of every key of a memory; measurements over other batches than these said something else. */
const BATCHES = "full batches";

const callsOf = ({ phases }: Program): readonly OperationCall[] => Object.values(phases).flat();

/** The Program's training phases alone. */
export function trainingOf(program: Program): Program {
  const { phases } = program;
  const played = TRAINING_PHASES.flatMap((phase) => (phases[phase] ? [[phase, phases[phase]] as const] : []));
  return { ...program, phases: Object.fromEntries(played) };
}

/** Key of a memory for what was measured on such a Program: `what`, on which adapter, for how many models of which shapes. */
export function describeTraining(adapter: string, what: string, training: Program): string {
  const shapes = callsOf(training).map(({ operation, numbers }) => {
    return `${operation} ${describeShape(findOperation(operation), numbers)}`;
  });
  return [adapter, `models ${modelsOf(training)}`, what, BATCHES, ...new Set(shapes)].join(" | ");
}

/** Every run-time scalar of the training phases: places in rings are the first ones, and all rows of a batch are alive. */
function chooseScalars(training: Program): PlayScalars {
  const calls = callsOf(training);
  const names = calls.flatMap(({ operation }) => findOperation(operation).scalars);
  const gathers = calls.filter(({ operation }) => findOperation(operation).scalars.includes("live"));
  const live = Math.max(0, ...gathers.map(({ numbers }) => numbers.B ?? 0));
  return { ...Object.fromEntries(names.map((name) => [name, FILL])), slot: 0, resume: 0, live };
}

/** Tensors that are bound as a mask, and those of which some call writes elements. */
function findUse(calls: readonly OperationCall[]) {
  const bound = calls.flatMap(({ operation, tensors }) => {
    const contracts = findOperation(operation).tensors;
    return Object.entries(tensors).map(([name, { tensor }]) => ({ name, tensor, access: contracts[name]?.access }));
  });
  const namesOf = (list: typeof bound) => new Set(list.map(({ tensor }) => tensor));
  return {
    bound: namesOf(bound),
    masks: namesOf(bound.filter(({ name }) => name === "mask")),
    written: namesOf(bound.filter(({ access }) => access !== "in")),
  };
}

/** Writes what training finds when it begins: parameters, the resident rows of the windows that begin at row 0, and masks. */
function fill(player: Player, training: Program): void {
  const calls = callsOf(training);
  const { bound, masks, written } = findUse(calls);
  const models = modelsOf(training);
  const gathered = new Map<string, Float32Array<ArrayBuffer>>();
  for (const { operation, numbers, tensors } of calls) {
    if (operation !== batchGather.name) continue;
    const { T = 0, D = 0, shift = 0 } = numbers;
    const rows = tensors.rows?.tensor ?? "";
    const length = Math.max((T + shift) * D, gathered.get(rows)?.length ?? 0);
    gathered.set(rows, new Float32Array(length).fill(masks.has(tensors.x?.tensor ?? "") ? COUNTS : FILL));
  }
  for (const tensor of training.tensors) {
    const { name, type, shape, role } = tensor;
    const isGiven = role === "parameters" || (bound.has(name) && !written.has(name));
    // What holds states and is never written holds zeros.
    if (type !== "f32" || !isGiven || role === "activation" || role === "transient") continue;
    const numbers =
      gathered.get(name) ?? new Float32Array(elementCount(shape)).fill(role === "parameters" ? FILL : COUNTS);
    for (let model = 0; model < layoutOf(tensor, models).copies; model++) player.write(name, numbers, 0, model);
  }
}

/**
 * Plays training steps on `player`, which was made for `training` and stays its owner's, and tells the milliseconds of one;
 * its first play, of one step, tells how many the others need.
 */
export function createTrainingRunner(player: Player, training: Program, now: () => number): Runner {
  const scalars = chooseScalars(training);
  const phases = TRAINING_PHASES.filter((phase) => training.phases[phase]);
  fill(player, training);
  let steps: number | undefined;
  return {
    async run() {
      const count = steps ?? 1;
      const began = now();
      player.playSteps(phases, count, () => scalars);
      await player.settle();
      const ms = (now() - began) / count;
      steps ??= Math.min(MEASUREMENT.steps, Math.max(1, Math.ceil(MEASUREMENT.ms / ms)));
      return ms;
    },
  };
}
