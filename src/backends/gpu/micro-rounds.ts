/**
 * The order in which `micro` plays the calls of a training step. A round goes once through the kernel's routines; a call is
 * played in the first round in which everything that it touches is ready, so that a step needs few rounds. Calls that touch
 * the same elements, one of them writing, keep their order.
 */
import type { OperationCall, Program, ProgramTensor } from "../../core/program.ts";
import { segmentOf } from "../../core/validate-program.ts";
import { findOperation } from "../../operations/registry.ts";

/** A stretch of a tensor that a call touches, in elements. */
interface Touch {
  readonly tensor: string;
  readonly begin: number;
  readonly end: number;
  readonly writes: boolean;
  /** Sticky bits that are only added to, in any order. */
  readonly raises: boolean;
}

/** Rounds, in each of them the routines in order, and the calls of each. */
export type Rounds<Call> = readonly (readonly (readonly Call[])[])[];

function touchesOf(call: OperationCall, tensors: ReadonlyMap<string, ProgramTensor>): readonly Touch[] {
  const contract = findOperation(call.operation);
  return Object.entries(call.tensors).flatMap(([name, binding]) => {
    const tensor = tensors.get(binding.tensor);
    const access = contract.tensors[name]?.access;
    if (!tensor || !access) return [];
    const { offset, length } = segmentOf(binding, tensor);
    const raises = name === "flags" && access === "inout";
    return [{ tensor: binding.tensor, begin: offset, end: offset + length, writes: access !== "in", raises }];
  });
}

function collide(a: readonly Touch[], b: readonly Touch[]): boolean {
  return a.some((one) =>
    b.some(
      (other) =>
        one.tensor === other.tensor &&
        one.begin < other.end &&
        other.begin < one.end &&
        (one.writes || other.writes) &&
        !(one.raises && other.raises),
    ),
  );
}

/** Sorts calls, given in their order, into rounds; `routineOf` counts below `routines`. */
export function sortIntoRounds<Call extends { readonly call: OperationCall }>(
  program: Program,
  calls: readonly Call[],
  routines: number,
  routineOf: (call: Call) => number,
): Rounds<Call> {
  const tensors = new Map(program.tensors.map((tensor) => [tensor.name, tensor]));
  const touches = new Map(calls.map((one) => [one, touchesOf(one.call, tensors)]));
  const blocks = (earlier: Call, later: Call) => collide(touches.get(earlier) ?? [], touches.get(later) ?? []);
  const rounds: Call[][][] = [];
  let left = [...calls];
  while (left.length > 0) {
    const round: Call[][] = [];
    for (let routine = 0; routine < routines; routine++) {
      const played: Call[] = [];
      // What waits so far; those behind it may overtake it only where they do not touch the same.
      const waiting: Call[] = [];
      for (const one of left) {
        if (routineOf(one) === routine && !waiting.some((earlier) => blocks(earlier, one))) played.push(one);
        else waiting.push(one);
      }
      round.push(played);
      left = waiting;
    }
    rounds.push(round);
  }
  return rounds;
}
