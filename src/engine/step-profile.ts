/**
 * Where the time of a training step goes, by operation and place of the model. Measured on the step that comes next, whose
 * effects are taken back: a run that was looked at has the bits of one that was not.
 */
import type { PhaseProfile, Player } from "../core/backend.ts";
import { type PhaseName, planKey } from "../core/program.ts";
import type { OperationTime, StepProfile } from "../core/step-profile.ts";
import { readState, writeState } from "./device-state.ts";
import type { ProgramSpec } from "./program-spec.ts";
import { readWordsOfAll } from "./read-tensor.ts";
import type { TrainingQueue } from "./training-queue.ts";

/** Rounds that are averaged, after one that warms up; fewer where they take longer. */
const ROUNDS = 5;
const LONGEST_MS = 400;

const NO_FLAGS = new Uint32Array(1);

/** What a step is profiled with; the queue has nothing in flight. */
export interface ProfileParts {
  readonly queue: TrainingQueue;
  readonly player: Player;
  readonly spec: ProgramSpec;
  readonly models: number;
  readonly now: () => number;
}

/** Plays the next step a few times and puts parameters, moments, carried states and flags back each time. */
export async function profileStep({ queue, player, spec, models, now }: ProfileParts): Promise<StepProfile> {
  const flags = await readWordsOfAll(player, "flags", models);
  const states = await Promise.all(flags.map((_, model) => readState(player, spec, model)));
  const playOnce = async () => {
    try {
      return await queue.profileNext();
    } finally {
      for (const [model, state] of states.entries()) {
        writeState(player, state, model);
        player.write("flags", flags[model] ?? NO_FLAGS, 0, model);
      }
    }
  };
  const began = now();
  await playOnce();
  const rounds: ReadonlyMap<PhaseName, PhaseProfile>[] = [];
  do rounds.push(await playOnce());
  while (rounds.length < ROUNDS && now() - began < LONGEST_MS);
  const times = rounds.flatMap((phases) =>
    [...phases].flatMap(([phase, { calls }]) => calls.map((call): OperationTime => ({ ...call, phase }))),
  );
  const [first] = rounds[0]?.values() ?? [];
  return { method: first?.method ?? "clock", times: sumByPlace(times, rounds.length) };
}

/** One entry per phase, operation and label, in order of first appearance; means over the rounds. */
function sumByPlace(times: readonly OperationTime[], rounds: number): readonly OperationTime[] {
  const sums = new Map<string, OperationTime>();
  for (const time of times) {
    const key = `${time.phase} ${planKey(time)}`;
    const before = sums.get(key);
    const dispatches = (before?.dispatches ?? 0) + time.dispatches / rounds;
    sums.set(key, { ...time, dispatches, ms: (before?.ms ?? 0) + time.ms / rounds });
  }
  return [...sums.values()].map((time) => ({ ...time, dispatches: Math.round(time.dispatches) }));
}
