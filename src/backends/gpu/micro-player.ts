/**
 * Plays whole training steps with one dispatch for several of them. Tensors of the training phases have a second home, the
 * arena of `micro`; whatever is played next finds them where it looks, because those that are newer in the other home are
 * copied first. A training that only trains copies nothing.
 */
import type { PlayScalars, StepScalars } from "../../core/backend.ts";
import { ELEMENT_BYTES } from "../../core/dims.ts";
import { isTransient } from "../../core/liveness.ts";
import type { PhaseName, Program } from "../../core/program.ts";
import { findOperation } from "../../operations/registry.ts";
import { MICRO_UPLOADED_STEPS } from "../../operations/training-steps.ts";
import { MICRO_BUFFERS, type MicroProgram } from "./micro-lowering.ts";
import type { Recorder, Step } from "./recorder.ts";

/** Where a tensor is as it was last written: in its own buffer, in the arena, or in both. */
type Home = "own" | "arena" | "both";

/** The lasting tensors of the arena that a phase touches, and those of them that it writes. */
interface Use {
  readonly touched: ReadonlySet<string>;
  readonly written: ReadonlySet<string>;
}

/** What it works with. */
export interface MicroParts {
  readonly device: GPUDevice;
  readonly program: Program;
  readonly micro: MicroProgram;
  /** The kernel, prepared. */
  readonly step: Step;
  readonly buffers: ReadonlyMap<string, GPUBuffer>;
  readonly recorder: Recorder;
}

/** A place to read or write a tensor. */
export interface TensorHome {
  readonly buffer: GPUBuffer;
  readonly offsetBytes: number;
}

/** Transients have both homes at once and no other content than that of the play itself, so they are never copied. */
function lastingTensors(program: Program, { arena }: MicroProgram): ReadonlySet<string> {
  const lasting = program.tensors.filter((tensor) => arena.has(tensor.name) && !isTransient(program, tensor));
  return new Set(lasting.map(({ name }) => name));
}

function findUse(program: Program, phases: readonly PhaseName[], lasting: ReadonlySet<string>): Use {
  const touched = new Set<string>();
  const written = new Set<string>();
  for (const call of phases.flatMap((phase) => program.phases[phase] ?? [])) {
    const { tensors } = findOperation(call.operation);
    for (const [name, { tensor }] of Object.entries(call.tensors)) {
      if (!lasting.has(tensor)) continue;
      touched.add(tensor);
      if (tensors[name]?.access !== "in") written.add(tensor);
    }
  }
  return { touched, written };
}

/** See the file's header. */
export class MicroPlayer {
  readonly #parts: MicroParts;
  readonly #homes = new Map<string, Home>();
  readonly #uses = new Map<PhaseName, Use>();
  readonly #lasting: ReadonlySet<string>;
  readonly #trained: Use;
  readonly #given: DataView<ArrayBuffer>;

  constructor(parts: MicroParts) {
    const { program, micro, device, buffers } = parts;
    this.#parts = parts;
    this.#lasting = lastingTensors(program, micro);
    // Both are zeroed when they are created.
    for (const tensor of this.#lasting) this.#homes.set(tensor, "both");
    this.#trained = findUse(program, micro.phases, this.#lasting);
    const rowBytes = micro.models * micro.columns.length * ELEMENT_BYTES;
    this.#given = new DataView(new ArrayBuffer(MICRO_UPLOADED_STEPS * rowBytes));
    device.queue.writeBuffer(expect(buffers.get(MICRO_BUFFERS.table)), 0, micro.table);
  }

  /** True for exactly the phases of a training step, which `play` plays. */
  plays(phases: readonly PhaseName[]): boolean {
    const { phases: own } = this.#parts.micro;
    return phases.length === own.length && phases.every((phase, i) => phase === own[i]);
  }

  /** Records the steps and returns the number of dispatches. `scalarsOf` is asked as `Player.playSteps` says. */
  play(count: number, scalarsOf: StepScalars): number {
    const { micro, recorder, step } = this.#parts;
    this.#move(this.#trained, "arena");
    let dispatches = 0;
    for (let first = 0; first < count; first += MICRO_UPLOADED_STEPS) {
      const uploaded = Math.min(count - first, MICRO_UPLOADED_STEPS);
      this.#upload(first, uploaded, scalarsOf);
      for (let done = 0; done < uploaded; done += micro.steps) {
        const steps = Math.min(uploaded - done, micro.steps);
        recorder.record({ ...step, plannedMs: (step.plannedMs * steps) / micro.steps }, { first: done, steps });
        dispatches++;
      }
    }
    return dispatches;
  }

  /** Brings everything that an ordinary play of the phase touches into its own buffer. */
  prepare(phase: PhaseName): void {
    let use = this.#uses.get(phase);
    if (!use) {
      use = findUse(this.#parts.program, [phase], this.#lasting);
      this.#uses.set(phase, use);
    }
    this.#move(use, "own");
  }

  /** Where to read a tensor; undefined where it is in its own buffer. */
  toRead(tensor: string): TensorHome | undefined {
    return this.#homes.get(tensor) === "arena" ? this.#placeOf(tensor) : undefined;
  }

  /** Where to write a tensor, which makes that its home; undefined where that is its own buffer. */
  toWrite(tensor: string): TensorHome | undefined {
    const home = this.#homes.get(tensor);
    if (home === undefined || home === "own") return undefined;
    this.#homes.set(tensor, "arena");
    return this.#placeOf(tensor);
  }

  #placeOf(tensor: string): TensorHome {
    const { micro, buffers } = this.#parts;
    const { offsetBytes } = expect(micro.arena.get(tensor));
    return { buffer: expect(buffers.get(MICRO_BUFFERS.arena)), offsetBytes };
  }

  /** Copies what is newer in the other home, and notes what the play that follows will write. */
  #move({ touched, written }: Use, to: "own" | "arena"): void {
    const { buffers, micro, recorder } = this.#parts;
    const arena = expect(buffers.get(MICRO_BUFFERS.arena));
    for (const tensor of touched) {
      const home = this.#homes.get(tensor);
      if (home !== to && home !== "both") {
        const own = expect(buffers.get(tensor));
        const { offsetBytes, sizeBytes } = expect(micro.arena.get(tensor));
        recorder.append((encoder) => {
          if (to === "own") encoder.copyBufferToBuffer(arena, offsetBytes, own, 0, sizeBytes);
          else encoder.copyBufferToBuffer(own, 0, arena, offsetBytes, sizeBytes);
        });
        this.#homes.set(tensor, "both");
      }
      if (written.has(tensor)) this.#homes.set(tensor, to);
    }
  }

  /** Steps recorded before must have been submitted: they read what is overwritten here. */
  #upload(first: number, count: number, scalarsOf: StepScalars): void {
    const { device, buffers, micro, recorder } = this.#parts;
    recorder.flush();
    for (let i = 0; i < count; i++) {
      for (const phase of micro.phases) this.#writeRow(i, phase, scalarsOf(phase, first + i));
    }
    const rowBytes = this.#given.byteLength / MICRO_UPLOADED_STEPS;
    if (rowBytes > 0) {
      device.queue.writeBuffer(expect(buffers.get(MICRO_BUFFERS.given)), 0, this.#given.buffer, 0, count * rowBytes);
    }
  }

  #writeRow(step: number, phase: PhaseName, scalars: PlayScalars): void {
    const { columns, models } = this.#parts.micro;
    for (const [c, column] of columns.entries()) {
      if (column.phase !== phase) continue;
      const given = scalars[column.name];
      for (let model = 0; model < models; model++) {
        const value = (typeof given === "object" ? given[model] : given) ?? Number.NaN;
        const at = ((step * models + model) * columns.length + c) * ELEMENT_BYTES;
        if (column.type === "u32") this.#given.setUint32(at, value, true);
        else this.#given.setFloat32(at, value, true);
      }
    }
  }
}

function expect<Value>(value: Value | undefined): Value {
  if (value === undefined) throw new Error("a buffer of training steps was not prepared");
  return value;
}
