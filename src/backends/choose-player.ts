/**
 * A backend over two players, for machines whose only adapter is a software renderer: for each Program it races a few
 * training steps on WebGPU against the fast CPU player, before step 0, and takes the faster one. From then on the plan says
 * who plays: a plan of one player names implementations that the other does not have, so a run that goes on stays where it
 * was. Nobody is asked to race for a plan that is given, or where measuring is not wanted.
 */
import {
  type Backend,
  type BackendInfo,
  type MeasuredPlayers,
  PLAYER_RACE,
  type Player,
  type TuneOptions,
} from "../core/backend.ts";
import { BackendLostError, ProgramRefusedError } from "../core/errors.ts";
import { type Plan, type PlannedOperation, type Program, plannedFor } from "../core/program.ts";
import { PLAYER } from "../core/shared-plan.ts";
import { median, type Runner, race } from "./gpu/race.ts";
import { createTrainingRunner, describeTraining, trainingOf } from "./gpu/training-runner.ts";

/** Time of the race against the fixed defaults of WebGPU, and of the one against its measured plan. */
const RACE_MS = { untuned: 150, tuned: 250 };

/** Measuring plans has gained a factor of 2 at most; where WebGPU is this far behind, it is not worth 3 s. */
const BEYOND_TUNING = 3;

/** Each plays at least so long before the race. */
const WARM_MS = 20;

/** The two that race, and the Program and its options. */
interface RaceParts {
  readonly gpu: Backend;
  readonly cpu: Backend;
  readonly program: Program;
  readonly options: TuneOptions;
}

/** What was chosen; `measured` is absent where nothing could be compared. */
interface Chosen {
  readonly plan: Plan;
  readonly measured?: MeasuredPlayers;
}

/** `gpu` is WebGPU on a software adapter, `cpu` the fast CPU player. Both belong to the backend from now on. */
export function createChoosingBackend(gpu: Backend, cpu: Backend): Backend {
  // As with measured plans: an experiment that is started again has the same bits, so it keeps its player.
  const chosen = new Map<string, Chosen>();
  const keyOf = ({ models, tensors, phases }: Program) => JSON.stringify([models, tensors, phases]);
  const ownerOf = (program: Program, plan: Plan) => {
    const named = plan[PLAYER]?.implementation;
    if (named !== undefined) return named === cpu.info.kind ? cpu : gpu;
    return countKept(cpu, program, plan) > countKept(gpu, program, plan) ? cpu : gpu;
  };
  return {
    info: gpu.info,
    lost: gpu.lost,
    plan: (program, saved = {}) => ownerOf(program, saved).plan(program, saved),
    describe(program, plan): BackendInfo {
      const { measured } = chosen.get(keyOf(program)) ?? {};
      return { ...ownerOf(program, plan).describe(program, plan), ...(measured ? { measured } : {}) };
    },
    async tune(program, options) {
      const key = keyOf(program);
      const choice = chosen.get(key) ?? (await choosePlayer({ gpu, cpu, program, options }));
      chosen.set(key, choice);
      return choice.plan;
    },
    couldChoose: (program, plan) => ownerOf(program, plan).couldChoose(program, plan),
    create: (program, plan, progress) => ownerOf(program, plan).create(program, plan, progress),
    dispose() {
      gpu.dispose();
      cpu.dispose();
    },
  };
}

/** Calls that a backend would play by the implementation that a plan names. */
function countKept(backend: Backend, program: Program, plan: Plan): number {
  const own = backend.plan(program, plan);
  const calls = Object.values(program.phases).flat();
  return calls.filter((call) => {
    const implementation = plannedFor(plan, call)?.implementation;
    return implementation !== undefined && implementation === plannedFor(own, call)?.implementation;
  }).length;
}

/** What was remembered or is measured now. A device that is lost meanwhile leaves the CPU, which needs none. */
async function choosePlayer(parts: RaceParts): Promise<Chosen> {
  const { gpu, cpu, program, options } = parts;
  const key = describeTraining(`${gpu.info.adapter} | ${cpu.info.adapter}`, PLAYER_RACE, trainingOf(program));
  const known = readMemory(options.memory.recall(key));
  try {
    if (known) return await takeRemembered(parts, known);
    const choice = await raceThem(parts);
    if (choice.measured) options.memory.remember(key, { implementation: PLAYER_RACE, sizes: { ...choice.measured } });
    options.progress(1, 1, "");
    return choice;
  } catch (error) {
    if (!(error instanceof BackendLostError)) throw error;
    return { plan: cpu.plan(program) };
  }
}

/** The faster one where it can hold this Program, which may be larger than the one that was raced; else the other. */
async function takeRemembered({ gpu, cpu, program, options }: RaceParts, measured: MeasuredPlayers): Promise<Chosen> {
  const planOnGpu = () => gpu.tune(program, options);
  if (isCpuFaster(measured)) {
    const plan = cpu.plan(program);
    return (await canHold(cpu, program, plan)) ? { plan, measured } : { plan: await planOnGpu() };
  }
  const plan = await unlessRefused(planOnGpu);
  return plan && (await canHold(gpu, program, plan)) ? { plan, measured } : { plan: cpu.plan(program) };
}

async function canHold(backend: Backend, program: Program, plan: Plan): Promise<boolean> {
  const player = await unlessRefused(() => backend.create(program, plan));
  player?.dispose();
  return player !== undefined;
}

function readMemory(known: PlannedOperation | undefined): MeasuredPlayers | undefined {
  const { webgpuMs, wasmMs } = known?.sizes ?? {};
  return webgpuMs === undefined || wasmMs === undefined ? undefined : { webgpuMs, wasmMs };
}

const isCpuFaster = ({ webgpuMs, wasmMs }: MeasuredPlayers) => wasmMs < webgpuMs;

/** First against the fixed defaults; where WebGPU might still win, its plan is measured and it races again. */
async function raceThem(parts: RaceParts): Promise<Chosen> {
  const { gpu, cpu, program, options } = parts;
  options.progress(0, 1, PLAYER_RACE);
  const untuned = await compare(parts, gpu.plan(program), RACE_MS.untuned);
  if (untuned && untuned.webgpuMs > untuned.wasmMs * BEYOND_TUNING) return report(untuned, cpu.plan(program));
  const plan = await gpu.tune(program, options);
  if (!untuned) return { plan };
  const measured = (await compare(parts, plan, RACE_MS.tuned)) ?? untuned;
  return report(measured, isCpuFaster(measured) ? cpu.plan(program) : plan);
}

/** A player that refused the Program has no time to be told. */
function report(measured: MeasuredPlayers, plan: Plan): Chosen {
  return Object.values(measured).every(Number.isFinite) ? { plan, measured } : { plan };
}

/**
 * Milliseconds of a training step on both, infinity for one that refuses the Program; undefined where whoever waits skipped
 * it. Rejects with `BackendLostError` when the device goes away.
 */
async function compare(
  { gpu, cpu, program, options }: RaceParts,
  plan: Plan,
  limitMs: number,
): Promise<MeasuredPlayers | undefined> {
  const training = trainingOf(program);
  const players: Player[] = [];
  try {
    const onGpu = await unlessRefused(() => gpu.create(training, plan));
    if (!onGpu) return { webgpuMs: Number.POSITIVE_INFINITY, wasmMs: 0 };
    players.push(onGpu);
    const onCpu = await unlessRefused(() => cpu.create(training, cpu.plan(training)));
    if (!onCpu) return { webgpuMs: 0, wasmMs: Number.POSITIVE_INFINITY };
    players.push(onCpu);
    return await racePlayers([onGpu, onCpu], training, options, limitMs);
  } finally {
    for (const player of players) player.dispose();
  }
}

/** Both warm up, which is all where steps take longer than the limit, and then take turns. */
async function racePlayers(
  players: readonly [Player, Player],
  training: Program,
  { now, skipped }: TuneOptions,
  limitMs: number,
): Promise<MeasuredPlayers | undefined> {
  const untilMs = now() + limitMs;
  const times: readonly number[][] = players.map(() => []);
  const runners = players.map((player, i): Runner => {
    const { run } = createTrainingRunner(player, training, now);
    return {
      async run() {
        const ms = await run();
        times[i]?.push(ms);
        return ms;
      },
    };
  });
  for (const runner of runners) {
    if (skipped()) return undefined;
    const warmMs = now() + WARM_MS;
    // Code that runs often is compiled anew meanwhile, so the first times of a CPU say little.
    do await runner.run();
    while (now() < warmMs);
  }
  const warmed = times.map((own) => own.length);
  if (now() < untilMs) await race(runners, { now, skipped, untilMs });
  // The first round of a race warms up, too.
  const [webgpuMs = 0, wasmMs = 0] = times.map((own, i) => {
    const raced = own.slice((warmed[i] ?? 0) + 1);
    return median(raced.length > 0 ? raced : own);
  });
  return { webgpuMs, wasmMs };
}

async function unlessRefused<Result>(ask: () => Promise<Result>): Promise<Result | undefined> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof ProgramRefusedError) return undefined;
    throw error;
  }
}
