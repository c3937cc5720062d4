/**
 * The WebGPU backend: one device, its pipelines, and players built on both. It never opens a second device; after a
 * loss the caller opens a new backend.
 */

import type { Backend, BackendLoss, Player } from "../../core/backend.ts";
import { guessRate } from "../../core/budget.ts";
import type { Plan, Program } from "../../core/program.ts";
import type { OpenedDevice } from "./device.ts";
import type { Station } from "./dispatch.ts";
import { lowerProgram } from "./lowering.ts";
import { createBuffers, refuseTooLarge } from "./memory.ts";
import { couldChoose } from "./own-choice.ts";
import { createPending } from "./pending.ts";
import { createPipelines } from "./pipelines.ts";
import { planDefaults } from "./plan.ts";
import { GpuPlayer } from "./player.ts";
import { tunePlan } from "./tuner.ts";

/** Wraps an opened device, which from now on belongs to the backend. */
export function createGpuBackend({ device, info }: OpenedDevice): Backend {
  const pending = createPending(device);
  const layouts = createPipelines(device);
  // What no error scope catches is our mistake; results after it cannot be trusted, so every later read tells it.
  device.onuncapturederror = ({ error }) => pending.fail(new Error(`WebGPU: ${error.message}`));

  async function create(
    program: Program,
    plan: Plan,
    progress?: (done: number, total: number) => void,
  ): Promise<Player> {
    const lowered = lowerProgram(program, plan);
    refuseTooLarge(lowered, info.limits);
    const stations = new Set<Station>();
    for (const { dispatches } of lowered.phases.values()) for (const { station } of dispatches) stations.add(station);
    if (lowered.micro) stations.add(lowered.micro.dispatch.station);
    let done = 0;
    progress?.(done, stations.size);
    const compile = async (station: Station) => {
      const pipeline = await pending.guard(layouts.compile(station.kernel, station.sizes));
      done++;
      progress?.(done, stations.size);
      return [station, pipeline] as const;
    };
    const pipelines = new Map(await Promise.all([...stations].map(compile)));
    const buffers = await pending.guard(createBuffers(device, lowered));
    return new GpuPlayer({
      device,
      program,
      lowered,
      buffers,
      layouts,
      pipelines,
      pending,
      rate: guessRate(info.software),
    });
  }

  // An experiment that is started again has the same bits, so its Program keeps the plan, however far its measurement came.
  const tuned = new Map<string, Plan>();

  return {
    info,
    lost: device.lost.then(({ reason, message }): BackendLoss => ({ reason, message })),
    plan: (program, saved) => planDefaults(program, info.software, saved),
    describe: () => info,
    couldChoose: (program, plan) => couldChoose(program, info.software, plan),
    async tune(program, options) {
      // Nobody waits for the measurements of what the device cannot hold.
      refuseTooLarge(lowerProgram(program, planDefaults(program, info.software)), info.limits);
      const key = JSON.stringify([program.models, program.tensors, program.phases]);
      const plan =
        tuned.get(key) ??
        (await tunePlan({ program, software: info.software, adapter: info.adapter, create }, options));
      tuned.set(key, plan);
      return plan;
    },
    create,
    dispose: () => device.destroy(),
  };
}
