/**
 * Records dispatches into one command encoder and one compute pass until something asks for a submit: the caller, a copy
 * that must see the results, the pace, or a full set of run-time slots.
 */
import type { PlayScalars } from "../../core/backend.ts";
import type { Dispatch } from "./dispatch.ts";
import type { Pace } from "./pace.ts";
import type { RuntimeSlots, UniformSlots } from "./uniforms.ts";

/** A dispatch with its GPU objects. `offsetBytes` is the place of its fixed uniform block. */
export interface Step {
  readonly dispatch: Dispatch;
  readonly pipeline: GPUComputePipeline;
  readonly tensors: GPUBindGroup;
  readonly offsetBytes: number;
  /** By the budget's first guess. */
  readonly plannedMs: number;
}

/** See `createRecorder`. */
export interface Recorder {
  /** Encodes one dispatch; may submit what was recorded before. */
  record(step: Step, scalars: PlayScalars): void;
  /** Encodes something that is no dispatch, behind everything recorded. */
  append<Result>(encode: (encoder: GPUCommandEncoder) => Result): Result;
  /** Submits what was recorded, and says of each pass begun from now on what `describe` says; undefined ends that. */
  describePasses(describe: (() => GPUComputePassDescriptor) | undefined): void;
  /** Submits what was recorded; nothing happens where nothing was. */
  flush(): void;
}

/** What a recorder works with; `submitted` is called once per submit. */
export interface RecorderParts {
  readonly device: GPUDevice;
  readonly fixed: UniformSlots;
  readonly runtime: RuntimeSlots;
  readonly pace: Pace;
  readonly submitted: () => void;
}

/** Starts with nothing recorded. */
export function createRecorder({ device, fixed, runtime, pace, submitted }: RecorderParts): Recorder {
  const offset = new Uint32Array(1);
  let encoder: GPUCommandEncoder | undefined;
  let pass: GPUComputePassEncoder | undefined;
  let describe: (() => GPUComputePassDescriptor) | undefined;
  let plannedMs = 0;
  // What the pass has set already: setting it again costs as much as a dispatch.
  let pipelineSet: GPUComputePipeline | undefined;
  let tensorsSet: GPUBindGroup | undefined;

  function endPass(): GPUCommandEncoder {
    pass?.end();
    pass = undefined;
    pipelineSet = undefined;
    tensorsSet = undefined;
    encoder ??= device.createCommandEncoder();
    return encoder;
  }

  function flush(): void {
    if (!encoder) return;
    const commands = endPass().finish();
    encoder = undefined;
    runtime.upload();
    device.queue.submit([commands]);
    pace.submitted(plannedMs);
    plannedMs = 0;
    submitted();
  }

  return {
    flush,
    append: (encode) => encode(endPass()),
    describePasses(next) {
      flush();
      describe = next;
    },
    record(step, scalars) {
      const { dispatch, pipeline, tensors, offsetBytes } = step;
      const { dynamic } = dispatch.station;
      if (plannedMs + step.plannedMs > pace.limitMs || (dynamic && !runtime.holds(dispatch))) flush();
      pass ??= endPass().beginComputePass(describe?.());
      offset[0] = dynamic ? runtime.take(dispatch, scalars) : offsetBytes;
      if (pipelineSet !== pipeline) pass.setPipeline(pipeline);
      if (tensorsSet !== tensors) pass.setBindGroup(0, tensors);
      pipelineSet = pipeline;
      tensorsSet = tensors;
      pass.setBindGroup(1, dynamic ? runtime.group : fixed.group, offset, 0, 1);
      const [x, y, z] = dispatch.grid;
      pass.dispatchWorkgroups(x, y, z);
      plannedMs += step.plannedMs;
    },
  };
}
