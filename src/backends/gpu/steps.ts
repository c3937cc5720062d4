/** Joins lowered dispatches with their pipelines and bind groups, once, when a player is created. */
import { planMs, type Rate } from "../../core/budget.ts";
import type { Dispatch, Station } from "./dispatch.ts";
import type { LoweredProgram } from "./lowering.ts";
import type { Pipelines } from "./pipelines.ts";
import type { Step } from "./recorder.ts";
import { UNIFORM_BUFFERS, UNIFORM_STRIDE } from "./uniform-bytes.ts";
import { createFixedSlots, type UniformSlots } from "./uniforms.ts";

/** Everything that steps are made of. */
export interface StepParts {
  readonly device: GPUDevice;
  readonly lowered: LoweredProgram;
  readonly layouts: Pipelines;
  readonly pipelines: ReadonlyMap<Station, GPUComputePipeline>;
  readonly buffers: ReadonlyMap<string, GPUBuffer>;
  /** What submits are planned with. */
  readonly rate: Rate;
}

/** The steps of each phase, and the uniform blocks of those without run-time scalars. */
export interface PreparedSteps {
  readonly phases: ReadonlyMap<string, readonly Step[]>;
  /** Whole training steps, where the plan says so. */
  readonly micro: Step | null;
  readonly fixed: UniformSlots;
}

/** Builds one bind group per station and one uniform block per dispatch. */
export function prepareSteps(parts: StepParts): PreparedSteps {
  const groups = new Map<Station, GPUBindGroup>();
  const fixedDispatches: Dispatch[] = [];
  const phases = new Map<string, Step[]>();
  const createStep = (dispatch: Dispatch, plannedMs: number): Step => {
    const { station } = dispatch;
    let tensors = groups.get(station);
    if (!tensors) {
      tensors = createTensorGroup(parts, station);
      groups.set(station, tensors);
    }
    const offsetBytes = fixedDispatches.length * UNIFORM_STRIDE;
    if (!station.dynamic) fixedDispatches.push(dispatch);
    const pipeline = expect(parts.pipelines.get(station), station.label);
    return { dispatch, pipeline, tensors, offsetBytes, plannedMs };
  };
  for (const [phase, { calls }] of parts.lowered.phases) {
    const steps = calls.flatMap(({ dispatches, flops }) => {
      const plannedMs = planMs(flops / dispatches.length, parts.rate);
      return dispatches.map((dispatch) => createStep(dispatch, plannedMs));
    });
    phases.set(phase, steps);
  }
  const { micro } = parts.lowered;
  const fixed = expect(parts.buffers.get(UNIFORM_BUFFERS.fixed), UNIFORM_BUFFERS.fixed);
  return {
    phases,
    micro: micro && createStep(micro.dispatch, planMs(micro.flops, parts.rate)),
    fixed: createFixedSlots({ ...parts, buffer: fixed }, fixedDispatches),
  };
}

function createTensorGroup({ device, layouts, buffers }: StepParts, station: Station): GPUBindGroup {
  const entries = station.segments.map(({ buffer, offsetBytes, sizeBytes }, binding) => ({
    binding,
    resource: { buffer: expect(buffers.get(buffer), buffer), offset: offsetBytes, size: sizeBytes },
  }));
  return device.createBindGroup({ label: station.label, layout: layouts.tensorLayout(station.kernel), entries });
}

function expect<Value>(value: Value | undefined, name: string): Value {
  if (value === undefined) throw new Error(`${name} was not prepared`);
  return value;
}
