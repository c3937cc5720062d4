/**
 * A player over a bound Program. It computes inside `play`, so nothing is ever pending and `submit` only counts; `read`
 * copies at the time of the call, which is the order the interface promises.
 */
import { type CallTime, type Player, playOneByOne } from "../../core/backend.ts";
import { ContractError } from "../../core/errors.ts";
import { refuseTransient } from "../../core/liveness.ts";
import { layoutOf, locateRange, modelsOf } from "../../core/model-layout.ts";
import type { Program } from "../../core/program.ts";
import type { BoundProgram } from "./bind-program.ts";
import type { TensorArray } from "./twin.ts";

/** Plays a Program that is bound in f32; `implementationOf` names what plays an operation, for profiles. */
export function createBoundPlayer(
  program: Program,
  { tensors, bytes, play }: BoundProgram,
  implementationOf: (operation: string) => string,
): Player {
  const dispatches: Record<string, number> = {};
  const counts = { plays: 0, submits: 0, dispatches };
  const models = modelsOf(program);
  const definitions = new Map(program.tensors.map((tensor) => [tensor.name, tensor]));
  const find = (operation: "read" | "write", tensor: string) => {
    const array = tensors.get(tensor);
    const definition = definitions.get(tensor);
    if (!array || !definition) {
      throw new ContractError({ operation: "Program", tensor }, "a tensor of the Program", tensor);
    }
    refuseTransient(operation, program, definition);
    return { array, layout: layoutOf(definition, models) };
  };
  const player: Player = {
    counts,
    bytes,
    write(tensor, data, offset = 0, model = 0) {
      const { array, layout } = find("write", tensor);
      if (data instanceof Uint32Array !== array instanceof Uint32Array) {
        throw new ContractError({ operation: "write", tensor }, array.constructor.name, data.constructor.name);
      }
      array.set(data, locateRange({ operation: "write", tensor }, layout, { model, offset, length: data.length }));
    },
    play(phase, scalars) {
      for (const operation of play(phase, scalars)) {
        dispatches[operation] = (dispatches[operation] ?? 0) + 1;
      }
      counts.plays++;
    },
    playSteps: (phases, count, scalarsOf) => playOneByOne(player, phases, count, scalarsOf),
    async profile(phase, scalars, now) {
      const times: number[] = [];
      let began = now();
      const operations = play(phase, scalars, () => {
        times.push(now() - began);
        began = now();
      });
      counts.plays++;
      for (const operation of operations) dispatches[operation] = (dispatches[operation] ?? 0) + 1;
      const calls = (program.phases[phase] ?? []).map(({ operation, label }, i): CallTime => {
        return {
          operation,
          label,
          implementation: implementationOf(operation),
          sizes: {},
          dispatches: 1,
          ms: times[i] ?? Number.NaN,
        };
      });
      return { method: "clock", calls };
    },
    submit() {
      counts.submits++;
    },
    async read(tensor, offset = 0, length, model = 0) {
      const { array, layout } = find("read", tensor);
      const elements = length ?? layout.length - offset;
      const first = locateRange({ operation: "read", tensor }, layout, { model, offset, length: elements });
      return cutCopies(tensor, array, { first, elements, copies: 1, distance: 0 });
    },
    async readAll(tensor, offset = 0, length) {
      const { array, layout } = find("read", tensor);
      const elements = length ?? layout.length - offset;
      const first = locateRange({ operation: "read", tensor }, layout, { model: 0, offset, length: elements });
      return cutCopies(tensor, array, { ...layout, first, elements });
    },
    async settle() {},
    /** Storage goes with the last reference to the player; there is nothing to hand back. */
    dispose() {},
  };
  return player;
}

/** Ranges of equal length, `distance` apart. */
interface Copies {
  readonly first: number;
  readonly elements: number;
  readonly copies: number;
  readonly distance: number;
}

/** The ranges one behind the other. */
function cutCopies(
  tensor: string,
  array: TensorArray,
  { first, elements, copies, distance }: Copies,
): Float32Array | Uint32Array {
  if (array instanceof Float64Array) throw new ContractError({ operation: "read", tensor }, "f32", "f64");
  const all = array instanceof Uint32Array ? new Uint32Array(copies * elements) : new Float32Array(copies * elements);
  for (let i = 0; i < copies; i++) {
    const begin = first + i * distance;
    all.set(array.subarray(begin, begin + elements), i * elements);
  }
  return all;
}
