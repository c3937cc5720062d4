/**
 * What a training step costs Gatescope besides computing it: the host's share, the gaps between dispatches, the pictures of
 * the gates, and the start of a run whose plan is known. Measured in the contestant's page, always on the same player.
 */
import type { Player } from "../src/core/backend.ts";
import { playsWholeSteps } from "../src/core/program.ts";
import { playProbe } from "../src/engine/probe.ts";
import type { ProgramSpec } from "../src/engine/program-spec.ts";
import { TRAINING } from "../src/engine/training-queue.ts";
import type { BenchData } from "./contest.ts";
import { prepare, scalarsFrom } from "./contestant.ts";
import type { Overheads } from "./results.ts";
import type { BenchShape } from "./shape.ts";
import { medianOf } from "./statistics.ts";

/** Wished time of a chunk of steps, as in the trainer. */
const CHUNK_MS = 75;
/** Pictures as the page makes them: at most so often, and so rarely that they take a tenth of the time. */
const PICTURE_MS = 150;
const PICTURE_SHARE = 0.1;

/** What decides a measurement. */
export interface OverheadOptions {
  /** Time of each measurement, in seconds. */
  readonly seconds: number;
  readonly rounds: number;
  /** Left out, the tuned one on WebGPU. */
  readonly player?: string;
}

/** `measureOverheads`, for pages whose contestant it cannot measure. */
export type MeasureOverheads = typeof measureOverheads;

/** Measures a shape; the plan is measured first and then taken as known, on a device of its own. Rejects as `prepare` does. */
export async function measureOverheads(
  shape: BenchShape,
  data: BenchData,
  { seconds, rounds, player: wished }: OverheadOptions,
): Promise<Overheads> {
  const probeLength = shape.T;
  const first = await prepare(shape, data, wished, { probeLength });
  first.player.dispose();
  first.backend.dispose();
  const { plan } = first;
  const { backend, player, spec, variant, readyMs } = await prepare(shape, data, wished, { probeLength, plan });
  try {
    const training = new TimedTraining(player, spec);
    const rows = data.tokens ? Uint32Array.from(data.tokens.subarray(0, shape.T)) : data.x.slice(0, shape.T * shape.I);
    const look = () => playProbe(player, spec, rows);
    const size = await training.size();
    await look();
    const done: Pick<Overheads, "stepMs" | "encodeMs" | "shownRatio">[] = [];
    const callsMs: number[] = [];
    let method: string | null = null;
    for (let round = 0; round < rounds; round++) {
      const { stepMs, encodeMs } = await training.run(size, 1000 * seconds, null);
      const shown = await training.run(size, 1000 * seconds, look);
      done.push({ stepMs, encodeMs, shownRatio: shown.stepMs / stepMs });
      if (playsWholeSteps(plan)) continue;
      const profile = await training.profile();
      ({ method } = profile);
      callsMs.push(profile.ms);
    }
    const median = (name: keyof (typeof done)[number]) => medianOf(done.map((round) => round[name]));
    return {
      ...{ variant, method, readyMs, stepMs: median("stepMs"), encodeMs: median("encodeMs") },
      ...{ shownRatio: median("shownRatio"), callsMs: method === null ? null : medianOf(callsMs) },
    };
  } finally {
    player.dispose();
    backend.dispose();
  }
}

/** Trains a player and times it. */
class TimedTraining {
  readonly #player: Player;
  readonly #scalars;
  #played = 0;

  constructor(player: Player, spec: ProgramSpec) {
    this.#player = player;
    this.#scalars = scalarsFrom(spec, () => this.#played);
  }

  /** Sends steps; milliseconds of the host. */
  #send(steps: number): number {
    const began = performance.now();
    this.#player.playSteps(TRAINING, steps, this.#scalars);
    this.#player.submit();
    this.#played += steps;
    return performance.now() - began;
  }

  /** Steps of a chunk. */
  async size(): Promise<number> {
    for (let steps = 1; ; steps *= 2) {
      const began = performance.now();
      this.#send(steps);
      await this.#player.settle();
      const ms = performance.now() - began;
      if (ms >= CHUNK_MS / 2) return Math.max(1, Math.round((CHUNK_MS * steps) / ms));
    }
  }

  /** Trains for a time, and with pictures until the next one would be due, so that none is counted without its interval. */
  async run(size: number, wishedMs: number, look: (() => Promise<unknown>) | null) {
    const began = performance.now();
    let steps = 0;
    let encodeMs = 0;
    let nextMs = began;
    while (performance.now() < Math.max(began + wishedMs, nextMs)) {
      encodeMs += this.#send(size);
      steps += size;
      const now = performance.now();
      const due = look !== null && now >= nextMs && now < began + wishedMs;
      await Promise.all([due ? look() : undefined, this.#player.settle()]);
      if (due) nextMs = now + Math.max(PICTURE_MS, (performance.now() - now) / PICTURE_SHARE);
    }
    return { stepMs: (performance.now() - began) / steps, encodeMs: encodeMs / steps };
  }

  /** The calls of one step, each timed by itself. */
  async profile(): Promise<{ readonly ms: number; readonly method: string }> {
    let ms = 0;
    let method = "";
    for (const phase of TRAINING) {
      const profile = await this.#player.profile(phase, this.#scalars(phase, 0), () => performance.now());
      ms += profile.calls.reduce((sum, call) => sum + call.ms, 0);
      ({ method } = profile);
    }
    this.#played++;
    return { ms, method };
  }
}
