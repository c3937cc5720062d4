/**
 * The GPU player: plays a Program as lists of prepared dispatches. Everything is allocated when it is created; playing
 * only encodes. Plays share a submit until `submit`, a write, a read or the pace asks for one.
 */
import type { Player } from "../../core/backend.ts";
import { ELEMENT_BYTES, elementCount } from "../../core/dims.ts";
import { ContractError } from "../../core/errors.ts";
import type { Program, ProgramTensor } from "../../core/program.ts";
import { createPace } from "./pace.ts";
import type { Pending } from "./pending.ts";
import { createReadback, type ReadRequest } from "./readback.ts";
import { createRecorder } from "./recorder.ts";
import { prepareSteps, type StepParts } from "./steps.ts";
import { createRuntimeSlots } from "./uniforms.ts";

/** What a player is made of; `buffers` become its own. */
export interface PlayerParts extends StepParts {
  readonly program: Program;
  readonly pending: Pending;
}

/** Builds a player. Nothing is compiled or allocated later but staging buffers. */
export function createPlayer(parts: PlayerParts): Player {
  const { device, program, lowered, buffers, pending } = parts;
  const { phases, fixed } = prepareSteps(parts);
  const runtime = createRuntimeSlots(device, parts.layouts.scalarLayout);
  const pace = createPace();
  const readback = createReadback(device, pending);
  const dispatches: Record<string, number> = {};
  const counts = { plays: 0, submits: 0, dispatches };
  const submitted = () => {
    counts.submits++;
  };
  const recorder = createRecorder({ device, fixed, runtime, pace, submitted });
  const tensors = new Map(program.tensors.map((tensor) => [tensor.name, tensor]));

  return {
    counts,
    write(tensor, data, offset = 0) {
      const { buffer, type } = locate(tensors, buffers, "write", { tensor, offset, length: data.length });
      if (data instanceof Uint32Array !== (type === "u32")) {
        throw new ContractError({ operation: "write", tensor }, type, data.constructor.name);
      }
      recorder.flush();
      device.queue.writeBuffer(buffer, offset * ELEMENT_BYTES, data);
    },
    play(phase, scalars) {
      const lowering = lowered.phases.get(phase);
      if (!lowering) throw new ContractError({ operation: phase }, `one of ${[...phases.keys()].join(", ")}`, phase);
      const missing = lowering.scalars.find((name) => scalars[name] === undefined);
      if (missing) throw new ContractError({ operation: phase }, `the scalar ${missing}`, "nothing");
      for (const step of phases.get(phase) ?? []) {
        recorder.record(step, scalars);
        const { file } = step.dispatch.station.kernel;
        dispatches[file] = (dispatches[file] ?? 0) + 1;
      }
      counts.plays++;
    },
    submit: recorder.flush,
    async read(tensor, offset = 0, length) {
      const { buffer, type, elements } = locate(tensors, buffers, "read", { tensor, offset, length });
      if (elements === 0) return type === "u32" ? new Uint32Array() : new Float32Array();
      const request: ReadRequest = {
        source: buffer,
        offsetBytes: offset * ELEMENT_BYTES,
        sizeBytes: elements * ELEMENT_BYTES,
        type,
      };
      const staging = recorder.append((encoder) => readback.encode(encoder, request));
      recorder.flush();
      const measured = pace.mark();
      const result = await readback.receive(staging, request);
      measured();
      return result;
    },
    async settle() {
      recorder.flush();
      const measured = pace.mark();
      await pending.guard(device.queue.onSubmittedWorkDone());
      measured();
    },
    dispose() {
      readback.dispose();
      for (const buffer of [...buffers.values(), fixed.buffer, runtime.buffer]) buffer.destroy();
    },
  };
}

interface Range {
  readonly tensor: string;
  readonly offset: number;
  /** To the end of the tensor where it is not given. */
  readonly length?: number | undefined;
}

interface Located {
  readonly buffer: GPUBuffer;
  readonly type: ProgramTensor["type"];
  readonly elements: number;
}

/** Finds a tensor and checks a range of elements in it. */
function locate(
  tensors: ReadonlyMap<string, ProgramTensor>,
  buffers: ReadonlyMap<string, GPUBuffer>,
  operation: string,
  { tensor, offset, length }: Range,
): Located {
  const definition = tensors.get(tensor);
  const buffer = buffers.get(tensor);
  if (!definition || !buffer) throw new ContractError({ operation, tensor }, "a tensor of the Program", tensor);
  const total = elementCount(definition.shape);
  const elements = length ?? total - offset;
  if (!Number.isSafeInteger(offset) || offset < 0 || elements < 0 || offset + elements > total) {
    throw new ContractError({ operation, tensor }, `a range inside ${total} elements`, `${offset} + ${elements}`);
  }
  return { buffer, type: definition.type, elements };
}
