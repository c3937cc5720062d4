/**
 * The measured choice of a plan. Where whole training steps in one dispatch are faster than the default calls, that is the
 * choice. Elsewhere each place of the model starts with its default; on the run's own shapes the implementations are raced
 * against each other, then the winner against variations of its sizes. Places of one shape are measured once, dear ones
 * first, within one limit of time; what there was no time for keeps its default. In the end whole steps decide between that
 * plan and the defaults, because calls that are fast alone may not be among others; until they could, the defaults stay.
 */
import type { Player, PlayScalars, TuneOptions } from "../../core/backend.ts";
import { countFlops, guessRate } from "../../core/budget.ts";
import { elementCount } from "../../core/dims.ts";
import { ProgramRefusedError } from "../../core/errors.ts";
import { modelsOf } from "../../core/model-layout.ts";
import {
  type PhaseName,
  type Plan,
  type PlannedOperation,
  type Program,
  planKey,
  plannedFor,
} from "../../core/program.ts";
import { findOperation } from "../../operations/registry.ts";
import { TRAINING_STEPS } from "../../operations/training-steps.ts";
import { listImplementations, listVariations, type Place, withChunks } from "./candidates.ts";
import { type Group, groupByPlace, planDefaults } from "./plan.ts";
import { isPlayable } from "./playable.ts";
import { type RaceRules, type Runner, race } from "./race.ts";
import { type Sample, sampleCalls } from "./sample-call.ts";
import { describeShape } from "./shape-key.ts";
import { raceSteps, tuneSteps } from "./step-tuner.ts";
import { describeTraining, trainingOf } from "./training-runner.ts";

/** Phases whose time is the time of training. */
const TRAINING: readonly PhaseName[] = ["forward", "backward", "update"];

/** Measured at once; more would take longer than they are likely to save. */
const MOST_RUNNERS = 6;
/** Races at one place, of which each may lead on to other sizes. */
const MOST_RACES = 5;
/** No measurement begins after this share of the limit, because compiling cannot be broken off. */
const LATEST_START = 0.7;
/** Guess of what it costs to prepare a candidate, mostly the compiler's time; measured from the first race on. */
const FIRST_PREPARATION_MS = 500;
/** Larger tensors are left zero: filling them would take longer than the measurement. */
const MOST_FILLED = 1 << 20;
/** Shorter calls are played several times to a measurement: clocks that a browser rounds to 0.1 ms and waits misjudge them. */
const SHORT_MS = 2;
/** What a measurement of short calls should take, and how many it plays at most. */
const MEASUREMENT = { ms: 4, plays: 64 };
/** What is remembered of a plan whose whole steps beat the defaults. */
const CONFIRMED = "measured plan";
/** Small, so that sums stay finite; not 0, which a mask takes for a step that is none. */
const FILL = 1 / 64;

/** What a tuner works with. */
export interface TunerParts {
  readonly program: Program;
  readonly software: boolean;
  /** First part of every key of the memory. */
  readonly adapter: string;
  readonly create: (program: Program, plan: Plan) => Promise<Player>;
}

/** A place of the model with its calls in training. */
interface TunedPlace extends Place {
  readonly key: string;
  readonly training: Group;
  readonly flops: number;
}

/** See the file's header. Rejects with `BackendLostError` when the device goes away. */
export async function tunePlan(parts: TunerParts, options: TuneOptions): Promise<Plan> {
  const { program, software } = parts;
  const places = findPlaces(parts).sort((a, b) => b.flops - a.flops);
  const shapes = [...new Map(places.map((place) => [place.key, place])).values()];
  const endMs = options.now() + options.limitMs;
  const untilMs = options.now() + options.limitMs * LATEST_START;
  const defaults = planDefaults(program, software);
  // Whole steps come first and, against the plan that the places lead to, last.
  const total = shapes.length + 2;
  const report = (done: number, next: string) => options.progress(done, total, next);
  report(0, TRAINING_STEPS);
  const steps = await tuneSteps({ ...parts, plan: defaults }, options);
  if (TRAINING_STEPS in steps) {
    report(total, "");
    return { ...defaults, ...steps };
  }
  const preparationMs = new Map<string, number>();
  const chosen = new Map<string, PlannedOperation>();
  for (const [done, place] of shapes.entries()) {
    report(1 + done, place.group[0].operation);
    const left = shapes.slice(done).reduce((sum, { flops }) => sum + flops, 0);
    const rest = Math.max(untilMs - options.now(), 0);
    // Shares in which nobody can be raced would leave everything unmeasured.
    const share = Math.min(rest, Math.max(rest * (place.flops / left), 2 * FIRST_PREPARATION_MS));
    chosen.set(place.key, await choose({ ...parts, defaults, preparationMs }, place, { ...options, limitMs: share }));
  }
  report(total - 1, TRAINING_STEPS);
  const tuned = places.flatMap((place) => {
    const planned = chosen.get(place.key);
    return planned && isPlayable(place, planned) ? [[planKey(place.group[0]), planned] as const] : [];
  });
  const challenger = planDefaults(program, software, Object.fromEntries(tuned));
  const confirm = { ...options, limitMs: endMs - options.now() };
  const isFaster = await isFasterPlan(parts, { defaults, challenger }, confirm);
  if (isFaster === false) rememberDefaults(shapes, defaults, options);
  report(total, "");
  return isFaster ? challenger : defaults;
}

/**
 * True where whole steps of the challenger were clearly faster, now or earlier; undefined where there was no time to tell: the
 * places are remembered, so the next run has all of the limit for it.
 */
async function isFasterPlan(
  parts: TunerParts,
  { defaults, challenger }: { readonly defaults: Plan; readonly challenger: Plan },
  options: TuneOptions,
): Promise<boolean | undefined> {
  if (JSON.stringify(defaults) === JSON.stringify(challenger)) return true;
  const key = describeTraining(parts.adapter, CONFIRMED, trainingOf(parts.program));
  if (options.memory.recall(key)) return true;
  const winner = await raceSteps(parts, [defaults, challenger], options);
  if (winner === 1) options.memory.remember(key, { implementation: CONFIRMED, sizes: {} });
  return winner === undefined ? undefined : winner === 1;
}

/** So that the next run does not begin with what lost. */
function rememberDefaults(shapes: readonly TunedPlace[], defaults: Plan, { memory }: TuneOptions): void {
  for (const { key, group } of shapes) {
    const planned = plannedFor(defaults, group[0]);
    if (planned && memory.recall(key)) memory.remember(key, planned);
  }
}

/** The places that have a choice and are played in training. */
function findPlaces({ program, software, adapter }: TunerParts): TunedPlace[] {
  const phases = Object.entries(program.phases);
  const training = new Set(TRAINING.flatMap((name) => program.phases[name] ?? []));
  const calls = phases.flatMap(([, own]) => own);
  const names = [...new Set(calls.map(({ operation }) => operation))];
  const groups = names.flatMap((name) => groupByPlace(calls.filter(({ operation }) => operation === name)));
  return groups.flatMap((group) => {
    const [first, ...others] = group.filter((call) => training.has(call));
    const operation = findOperation(group[0].operation);
    const implementations = Object.values(operation.implementations);
    const hasChoice = implementations.length > 1 || implementations.some(({ choices }) => choices !== undefined);
    if (!first || !hasChoice) return [];
    const flops = [first, ...others].reduce((sum, { numbers }) => sum + countFlops(operation, numbers), 0);
    const shapes = new Set([first, ...others].map(({ numbers }) => describeShape(operation, numbers)));
    const key = [adapter, `models ${modelsOf(program)}`, operation.name, ...shapes].join(" | ");
    return [{ group, software, training: [first, ...others] as const, flops, key }];
  });
}

/** What was remembered or is measured now, or the default. */
async function choose(parts: RaceParts, place: TunedPlace, options: TuneOptions): Promise<PlannedOperation> {
  const known = options.memory.recall(place.key);
  if (known && isPlayable(place, known)) return known;
  const start = plannedFor(parts.defaults, place.group[0]);
  if (!start) throw new Error(`${place.group[0].operation} has no implementation for all of its calls`);
  const others = listImplementations(place).filter((planned) => JSON.stringify(planned) !== JSON.stringify(start));
  const sample = sampleCalls(place.training, modelsOf(parts.program), guessRate(place.software));
  const rules = { now: options.now, skipped: options.skipped, untilMs: options.now() + options.limitMs };
  const compete = (field: readonly PlannedOperation[]) => raceFor(parts, sample, { field, rules });
  let best = start;
  let ms: number | undefined;
  const { operation } = place.group[0];
  const affordable = () => {
    const eachMs = parts.preparationMs.get(operation) ?? FIRST_PREPARATION_MS;
    return Math.min(MOST_RUNNERS, Math.floor((rules.untilMs - options.now()) / eachMs));
  };
  let field = [start, ...others].slice(0, Math.max(1, affordable()));
  const tried = new Set<string>();
  for (let races = 0; races < MOST_RACES; races++) {
    const result = field.length > 1 ? await compete(field) : { winner: 0, ms };
    if (!result) break;
    for (const planned of field) tried.add(JSON.stringify(planned));
    best = field[result.winner] ?? best;
    ms = result.ms;
    const variations = listVariations(place, best).filter((planned) => !tried.has(JSON.stringify(planned)));
    field = [best, ...variations].slice(0, affordable());
    if (field.length < 2) break;
  }
  if (ms === undefined) return best;
  const measured = withChunks(place, best, { flopsPerMs: sample.flops / ms, dispatchMs: 0 });
  options.memory.remember(place.key, measured);
  return measured;
}

/** How long it took to prepare a candidate in the last race of each operation: their kernels differ more than their sizes. */
interface RaceParts extends TunerParts {
  readonly defaults: Plan;
  readonly preparationMs: Map<string, number>;
}

interface Field {
  readonly field: readonly PlannedOperation[];
  readonly rules: RaceRules;
}

/** Races the field on a sample; undefined where there was no time for it, or no memory for all of the field at once. */
async function raceFor({ create, preparationMs }: RaceParts, { program }: Sample, { field, rules }: Field) {
  if (rules.skipped() || rules.now() >= rules.untilMs) return undefined;
  const [call] = program.phases.forward ?? [];
  if (!call) throw new Error("a sample needs a call");
  const scalars = Object.fromEntries(findOperation(call.operation).scalars.map((name) => [name, 1]));
  const players: Player[] = [];
  try {
    const began = rules.now();
    // Those that are there when another cannot be made must be given back, too.
    const open = async (planned: PlannedOperation) => create(program, { [call.operation]: planned });
    const opened = await Promise.allSettled(field.map(open));
    for (const one of opened) if (one.status === "fulfilled") players.push(one.value);
    for (const one of opened) if (one.status === "rejected") throw one.reason;
    preparationMs.set(call.operation, Math.max(1, (rules.now() - began) / field.length));
    const runners = players.map((player): Runner => {
      fill(player, program);
      return createRunner(player, scalars, rules.now);
    });
    return await race(runners, rules);
  } catch (error) {
    // The run itself has room that several copies of its tensors have not.
    if (!(error instanceof ProgramRefusedError)) throw error;
    return undefined;
  } finally {
    for (const player of players) player.dispose();
  }
}

/** Plays a sample; its first play tells how many the others need. */
function createRunner(player: Player, scalars: PlayScalars, now: () => number): Runner {
  let plays = 1;
  return {
    async run() {
      if (plays === 1) {
        const { calls } = await player.profile("forward", scalars, now);
        const ms = calls.reduce((sum, call) => sum + call.ms, 0);
        if (ms < SHORT_MS) plays = Math.min(MEASUREMENT.plays, Math.ceil(MEASUREMENT.ms / ms));
        return ms;
      }
      const began = now();
      player.playSteps(["forward"], plays, () => scalars);
      await player.settle();
      return (now() - began) / plays;
    },
  };
}

function fill(player: Player, { tensors }: Program): void {
  for (const { name, type, shape } of tensors) {
    const elements = elementCount(shape);
    if (type === "f32" && elements <= MOST_FILLED) player.write(name, new Float32Array(elements).fill(FILL));
  }
}
