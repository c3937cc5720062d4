/**
 * The GPU player: plays a Program as lists of prepared dispatches. Everything is allocated when it is created; playing
 * only encodes. Plays share a submit until `submit`, a write, a read or the pace asks for one.
 */
import {
  type CallTime,
  type PhaseProfile,
  type Player,
  type PlayScalars,
  playOneByOne,
  type StepScalars,
} from "../../core/backend.ts";
import { ELEMENT_BYTES } from "../../core/dims.ts";
import { ContractError } from "../../core/errors.ts";
import { refuseTransient } from "../../core/liveness.ts";
import { layoutOf, locateRange, type ModelLayout, modelsOf } from "../../core/model-layout.ts";
import type { PhaseName, Program, ProgramTensor } from "../../core/program.ts";
import { MICRO_KERNEL } from "../../operations/training-steps.ts";
import { MicroPlayer, type TensorHome } from "./micro-player.ts";
import { createPace } from "./pace.ts";
import type { Pending } from "./pending.ts";
import { createReadback, type Readback, type ReadRequest } from "./readback.ts";
import { createRecorder, type Recorder, type Step } from "./recorder.ts";
import { prepareSteps, type StepParts } from "./steps.ts";
import { createStopwatch, type Stopwatch } from "./stopwatch.ts";
import { UNIFORM_BUFFERS } from "./uniform-bytes.ts";
import { createRuntimeSlots } from "./uniforms.ts";

/** What a player is made of; `buffers` become its own. */
export interface PlayerParts extends StepParts {
  readonly program: Program;
  readonly pending: Pending;
}

interface Range {
  readonly tensor: string;
  readonly offset: number;
  /** To the end of the model's copy where it is not given. */
  readonly length?: number | undefined;
  readonly model: number;
}

interface Located {
  readonly buffer: GPUBuffer;
  readonly type: ProgramTensor["type"];
  readonly elements: number;
  /** Where the range begins in the buffer. */
  readonly offsetBytes: number;
  readonly layout: ModelLayout;
}

/** See the file's header. Nothing is compiled or allocated after construction but staging buffers. */
export class GpuPlayer implements Player {
  readonly counts: { plays: number; submits: number; dispatches: Record<string, number> };
  readonly bytes: number;
  readonly #parts: PlayerParts;
  readonly #tensors: ReadonlyMap<string, ProgramTensor>;
  readonly #models: number;
  readonly #phases: ReadonlyMap<string, readonly Step[]>;
  /** Dispatches of each kernel in a play of a phase. */
  readonly #dispatchesOf: ReadonlyMap<string, ReadonlyMap<string, number>>;
  readonly #pace = createPace();
  readonly #recorder: Recorder;
  readonly #readback: Readback;
  readonly #micro: MicroPlayer | null;
  /** Made by the first profile. */
  #stopwatch: Stopwatch | undefined;
  #disposed = false;

  constructor(parts: PlayerParts) {
    const { device, program, pending, lowered, buffers } = parts;
    const { phases, fixed, micro: step } = prepareSteps(parts);
    const buffer = buffers.get(UNIFORM_BUFFERS.runtime);
    if (!buffer) throw new Error("uniforms were not prepared");
    const runtime = createRuntimeSlots({ ...parts, buffer });
    const counts = { plays: 0, submits: 0, dispatches: {} };
    const submitted = () => {
      counts.submits++;
    };
    this.counts = counts;
    this.bytes = [...parts.lowered.bufferBytes.values()].reduce((sum, bytes) => sum + bytes, 0);
    this.#parts = parts;
    this.#tensors = new Map(program.tensors.map((tensor) => [tensor.name, tensor]));
    this.#models = modelsOf(program);
    this.#phases = phases;
    this.#dispatchesOf = new Map([...phases].map(([phase, steps]) => [phase, countKernels(steps)]));
    this.#recorder = createRecorder({ device, fixed, runtime, pace: this.#pace, submitted });
    this.#readback = createReadback(device, pending);
    const { micro } = lowered;
    const recorder = this.#recorder;
    this.#micro = micro && step && new MicroPlayer({ device, program, micro, step, buffers, recorder });
  }

  write(tensor: string, data: Float32Array | Uint32Array, offset = 0, model = 0): void {
    this.#requireAlive("write");
    const own = this.#locate("write", { tensor, offset, length: data.length, model });
    const { type } = own;
    if (data instanceof Uint32Array !== (type === "u32")) {
      throw new ContractError({ operation: "write", tensor }, type, data.constructor.name);
    }
    this.#recorder.flush();
    const { buffer, offsetBytes } = moved(own, this.#micro?.toWrite(tensor));
    this.#parts.device.queue.writeBuffer(buffer, offsetBytes, data);
  }

  play(phase: PhaseName, scalars: PlayScalars): void {
    const steps = this.#stepsOf(phase, scalars);
    this.#micro?.prepare(phase);
    this.#record(steps, scalars);
    this.#count(phase);
  }

  playSteps(phases: readonly PhaseName[], count: number, scalarsOf: StepScalars): void {
    if (!this.#micro?.plays(phases)) {
      playOneByOne(this, phases, count, scalarsOf);
      return;
    }
    this.#requireAlive("playSteps");
    const dispatches = this.#micro.play(count, (phase, step) => {
      const scalars = scalarsOf(phase, step);
      this.#checkScalars(phase, scalars);
      return scalars;
    });
    const { file } = MICRO_KERNEL;
    this.counts.dispatches[file] = (this.counts.dispatches[file] ?? 0) + dispatches;
    this.counts.plays += count * phases.length;
  }

  async profile(phase: PhaseName, scalars: PlayScalars, now: () => number): Promise<PhaseProfile> {
    const steps = this.#stepsOf(phase, scalars);
    const { device, pending, lowered } = this.#parts;
    this.#micro?.prepare(phase);
    this.#stopwatch ??= createStopwatch({ device, pending, recorder: this.#recorder, readback: this.#readback });
    const calls = lowered.phases.get(phase)?.calls ?? [];
    let first = 0;
    const plays = calls.map(({ dispatches }) => {
      const played = steps.slice(first, first + dispatches.length);
      first += dispatches.length;
      return () => {
        this.#requireAlive(phase);
        this.#record(played, scalars);
      };
    });
    const times = await this.#stopwatch.measure(plays, now);
    this.#count(phase);
    const timed = calls.map(({ operation, label, planned, dispatches }, i): CallTime => {
      const about = { operation, label, ...planned };
      return { ...about, dispatches: dispatches.length, ms: times[i] ?? Number.NaN };
    });
    return { method: this.#stopwatch.method, calls: timed };
  }

  submit(): void {
    this.#requireAlive("submit");
    this.#recorder.flush();
  }

  read(tensor: string, offset = 0, length?: number, model = 0): Promise<Float32Array | Uint32Array> {
    return this.#read({ tensor, offset, length, model }, 1);
  }

  readAll(tensor: string, offset = 0, length?: number): Promise<Float32Array | Uint32Array> {
    return this.#read({ tensor, offset, length, model: 0 }, this.#models);
  }

  async settle(): Promise<void> {
    this.#requireAlive("settle");
    this.#recorder.flush();
    const measured = this.#pace.mark();
    await this.#parts.pending.guard(this.#parts.device.queue.onSubmittedWorkDone());
    measured();
  }

  /** Reads in flight reject with `BackendLostError`; every later call throws `ContractError`. */
  dispose(): void {
    this.#disposed = true;
    this.#stopwatch?.dispose();
    this.#readback.dispose();
    for (const buffer of this.#parts.buffers.values()) buffer.destroy();
  }

  /** The steps of a phase. Throws `ContractError` for a phase or a scalar that is missing. */
  #stepsOf(phase: PhaseName, scalars: PlayScalars): readonly Step[] {
    this.#requireAlive(phase);
    const steps = this.#phases.get(phase);
    if (!steps) throw new ContractError({ operation: phase }, `one of ${[...this.#phases.keys()].join(", ")}`, phase);
    this.#checkScalars(phase, scalars);
    return steps;
  }

  #record(steps: readonly Step[], scalars: PlayScalars): void {
    for (const step of steps) this.#recorder.record(step, scalars);
  }

  #count(phase: PhaseName): void {
    const { dispatches } = this.counts;
    for (const [file, count] of this.#dispatchesOf.get(phase) ?? []) dispatches[file] = (dispatches[file] ?? 0) + count;
    this.counts.plays++;
  }

  /** A submit that names a destroyed buffer would be an error of the whole device, also for players that come after. */
  #requireAlive(operation: string): void {
    if (this.#disposed) throw new ContractError({ operation }, "a player", "a disposed one");
  }

  /** Reads a range in as many models as are asked for, where there are so many copies. */
  async #read(range: Range, models: number): Promise<Float32Array | Uint32Array> {
    this.#requireAlive("read");
    const own = this.#locate("read", range);
    const { type, elements, layout } = own;
    const { buffer, offsetBytes } = moved(own, this.#micro?.toRead(range.tensor));
    if (elements === 0) return type === "u32" ? new Uint32Array() : new Float32Array();
    const request: ReadRequest = {
      source: buffer,
      offsetBytes,
      sizeBytes: elements * ELEMENT_BYTES,
      copies: Math.min(models, layout.copies),
      distanceBytes: layout.distance * ELEMENT_BYTES,
      type,
    };
    const staging = this.#recorder.append((encoder) => this.#readback.encode(encoder, request));
    this.#recorder.flush();
    const measured = this.#pace.mark();
    const result = await this.#readback.receive(staging, request);
    measured();
    return result;
  }

  #checkScalars(phase: PhaseName, scalars: PlayScalars): void {
    const { scalars: wanted = [], common = [] } = this.#parts.lowered.phases.get(phase) ?? {};
    const missing = wanted.find((name) => scalars[name] === undefined);
    if (missing) throw new ContractError({ operation: phase }, `the scalar ${missing}`, "nothing");
    const apart = common.find((name) => typeof scalars[name] === "object");
    if (apart) throw new ContractError({ operation: phase }, `${apart} the same for all models`, "one for each");
  }

  /** Finds a tensor and checks a range of elements in one model's copy of it. */
  #locate(operation: "read" | "write", { tensor, offset, length, model }: Range): Located {
    const definition = this.#tensors.get(tensor);
    const buffer = this.#parts.buffers.get(tensor);
    if (definition) refuseTransient(operation, this.#parts.program, definition);
    if (!definition || !buffer) throw new ContractError({ operation, tensor }, "a tensor of the Program", tensor);
    const layout = layoutOf(definition, this.#models);
    const elements = length ?? layout.length - offset;
    const first = locateRange({ operation, tensor }, layout, { model, offset, length: elements });
    return { buffer, type: definition.type, elements, offsetBytes: first * ELEMENT_BYTES, layout };
  }
}

function countKernels(steps: readonly Step[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const { dispatch } of steps) {
    const { file } = dispatch.station.kernel;
    counts.set(file, (counts.get(file) ?? 0) + 1);
  }
  return counts;
}

/** The same range where the tensor lies now: `home` is its other home. */
function moved(own: Located, home: TensorHome | undefined): TensorHome {
  return home ? { buffer: home.buffer, offsetBytes: home.offsetBytes + own.offsetBytes } : own;
}
