/**
 * Small Programs on which candidates are timed: the training calls at one place of the model, on tensors of their own and
 * shortened where their time is proportional to rows or steps, so that a measurement costs milliseconds.
 */
import { countFlops, DISPATCH_MS, type Rate } from "../../core/budget.ts";
import type { Numbers, Operation } from "../../core/operation.ts";
import type { OperationCall, Program, ProgramTensor } from "../../core/program.ts";
import { evaluateExtent, requiredElements } from "../../core/required-elements.ts";
import { findOperation } from "../../operations/registry.ts";
import type { Group } from "./plan.ts";

/** Fewer steps of a recurrence say little about many. */
const FEWEST_STEPS = 2;
/** Rows are cut in whole tiles of any implementation. */
const ROW_TILE = 64;

/** A Program with phase `forward`, and the FLOPs of its calls. */
export interface Sample {
  readonly program: Program;
  readonly flops: number;
}

/** Calls of the same numbers are played once. */
export function sampleCalls(calls: Group, models: number, rate: Rate): Sample {
  const operation = findOperation(calls[0].operation);
  const flopsEach = (DISPATCH_MS.wished * rate.flopsPerMs) / models;
  const different = [...new Map(calls.map(({ numbers }) => [JSON.stringify(numbers), numbers])).values()];
  const shortened = different.map((numbers) => shorten(operation, numbers, flopsEach / countFlops(operation, numbers)));
  const tensors: ProgramTensor[] = [];
  const forward = shortened.map((numbers, i): OperationCall => {
    const names = Object.entries(operation.tensors).map(([key, contract]) => {
      const name = `${key} ${i}`;
      tensors.push({ name, type: contract.type, shape: [requiredElements(contract, numbers)], role: "activation" });
      return [key, { tensor: name }] as const;
    });
    return { operation: operation.name, label: calls[0].label, numbers, tensors: Object.fromEntries(names) };
  });
  const flops = shortened.reduce((sum, numbers) => sum + countFlops(operation, numbers), 0);
  return { program: { models, tensors, phases: { forward } }, flops: flops * models };
}

/** The numbers of a call that does about `share` of the work; the same ones where it cannot be cut or need not be. */
function shorten({ linearIn }: Operation, numbers: Numbers, share: number): Numbers {
  if (linearIn === undefined || share >= 1) return numbers;
  if (typeof linearIn === "string") {
    const rows = numbers[linearIn] ?? 1;
    const tiles = Math.max(1, Math.round((rows * share) / ROW_TILE));
    return { ...numbers, [linearIn]: Math.min(rows, tiles * ROW_TILE) };
  }
  const from = evaluateExtent(String(linearIn.from), numbers);
  const to = evaluateExtent(String(linearIn.to), numbers);
  const steps = Math.abs(to - from) + 1;
  const kept = Math.min(steps, Math.max(FEWEST_STEPS, Math.round(steps * share)));
  return { ...numbers, [linearIn.to]: from + Math.sign(to - from) * (kept - 1) };
}
