/**
 * The plan as a link carries it: which player it is of, and what in it differs from that player's fixed defaults. It comes
 * from outside, so it is taken whole or not at all, and only where the backend could have chosen all of it by itself.
 */
import * as v from "valibot";
import type { Backend, BackendInfo } from "./backend.ts";
import { type OperationCall, type Plan, type PlannedOperation, type Program, planKey, plannedFor } from "./program.ts";

/** Players whose plans are not each other's: defaults of a software adapter are not those of a GPU. */
const PLAYERS = ["webgpu", "webgpu-software", "wasm", "cpu"] as const;
/** More entries than a model has places for. */
const MOST_ENTRIES = 512;
const LONGEST_NAME = 100;

const name = v.pipe(v.string(), v.maxLength(LONGEST_NAME));
const size = v.pipe(v.number(), v.safeInteger(), v.minValue(0));

const SharedPlanSchema = v.strictObject({
  player: v.picklist(PLAYERS),
  plan: v.pipe(
    v.record(name, v.strictObject({ implementation: name, sizes: v.record(name, size) })),
    v.check((plan) => Object.keys(plan).length <= MOST_ENTRIES),
  ),
});

/** See the file's header. */
export interface SharedPlan {
  readonly player: (typeof PLAYERS)[number];
  readonly plan: Plan;
}

/** Checks a shared plan for its form; null for anything else. */
export function parseSharedPlan(value: unknown): SharedPlan | null {
  const parsed = v.safeParse(SharedPlanSchema, value);
  return parsed.success ? parsed.output : null;
}

/** The key under which a plan may name its player, for backends over several; its implementation is a `kind`. */
export const PLAYER = "player";

function playerOf({ kind, software }: BackendInfo): SharedPlan["player"] {
  return kind === "webgpu" && software ? "webgpu-software" : kind;
}

const kindOf = (player: SharedPlan["player"]): BackendInfo["kind"] =>
  player === "webgpu-software" ? "webgpu" : player;

const withPlayer = (plan: Plan, kind: BackendInfo["kind"]): Plan => ({
  ...plan,
  [PLAYER]: { implementation: kind, sizes: {} },
});

const callsOf = ({ phases }: Program): readonly OperationCall[] => Object.values(phases).flat();

function isSame(a: PlannedOperation | undefined, b: PlannedOperation | undefined): boolean {
  if (!a || !b) return a === b;
  const names = new Set([...Object.keys(a.sizes), ...Object.keys(b.sizes)]);
  return a.implementation === b.implementation && [...names].every((key) => a.sizes[key] === b.sizes[key]);
}

/** What a run's plan is worth telling: its player, and where it departs from that player's fixed defaults. */
export function sharePlan(backend: Backend, program: Program, plan: Plan): SharedPlan {
  const info = backend.describe(program, plan);
  const defaults = backend.plan(program, withPlayer({}, info.kind));
  const calls = callsOf(program);
  const changes = Object.entries(plan).filter(([key, planned]) => {
    const own = calls.filter((call) => call.operation === key || planKey(call) === key);
    return own.length === 0 || own.some((call) => !isSame(plannedFor(defaults, call), planned));
  });
  return { player: playerOf(info), plan: Object.fromEntries(changes) };
}

/** A plan to play by, or why a shared one is none here: it is of another player, or names what this one would not choose. */
export type AcceptedPlan =
  | { readonly plan: Plan; readonly refused?: undefined }
  | { readonly plan?: undefined; readonly refused: "player" | "choice" };

/** The whole plan that was shared, for a Program on a backend. */
export function acceptPlan(backend: Backend, program: Program, shared: SharedPlan): AcceptedPlan {
  const named = withPlayer(shared.plan, kindOf(shared.player));
  if (playerOf(backend.describe(program, named)) !== shared.player) return { refused: "player" };
  // Before anything looks up what it names.
  return backend.couldChoose(program, named) ? { plan: backend.plan(program, named) } : { refused: "choice" };
}
