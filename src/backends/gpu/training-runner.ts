/**
 * The training phases of a Program alone, as somebody in a race: their shapes in words, and plays of whole steps on a
 * player of their own, over small numbers in place of data.
 */
import type { Player } from "../../core/backend.ts";
import { elementCount } from "../../core/dims.ts";
import { modelsOf } from "../../core/model-layout.ts";
import type { OperationCall, Program } from "../../core/program.ts";
import { findOperation } from "../../operations/registry.ts";
import { TRAINING_PHASES } from "../../operations/training-steps.ts";
import type { Runner } from "./race.ts";
import { describeShape } from "./shape-key.ts";

/** What a measurement should take, and the steps that it plays at most. */
export const MEASUREMENT = { ms: 20, steps: 8 };

/** Scalars, parameters and data of a measurement: small, so that sums stay finite. As a number of rows or a place it is 0. */
const FILL = 1 / 64;

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
  return [adapter, `models ${modelsOf(training)}`, what, ...new Set(shapes)].join(" | ");
}

/**
 * Plays training steps on `player`, which was made for `training` and stays its owner's, and tells the milliseconds of one;
 * its first play, of one step, tells how many the others need.
 */
export function createTrainingRunner(player: Player, training: Program, now: () => number): Runner {
  const names = callsOf(training).flatMap(({ operation }) => findOperation(operation).scalars);
  const scalars = Object.fromEntries(names.map((name) => [name, FILL]));
  const phases = TRAINING_PHASES.filter((phase) => training.phases[phase]);
  for (const { name, shape, role } of training.tensors) {
    if (role === "parameters") player.write(name, new Float32Array(elementCount(shape)).fill(FILL));
  }
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
