/**
 * What turns the calls of a whole sequence into those of one chunk of it, after they were made: nothing that makes calls
 * knows which chunk it makes them for.
 */
import { alignSegment } from "../core/dims.ts";
import type { OperationCall, TensorBinding } from "../core/program.ts";
import { addRows } from "../operations/add-rows.ts";
import { callOperation } from "./program-draft.ts";
import { TENSOR } from "./tensor-names.ts";

/** The tensor of a chunk's gradients that are added to those of the chunks before it. */
export const PARTIAL_GRADIENTS = `${TENSOR.gradients}.part`;

/** The same calls `first` steps later in the window: what is gathered, and what is drawn by the number of the step. */
export function shifted(calls: readonly OperationCall[], first: number): readonly OperationCall[] {
  return calls.map((call) => {
    const { shift, firstStep } = call.numbers;
    if (shift !== undefined) return { ...call, numbers: { ...call.numbers, shift: shift + first } };
    if (firstStep !== undefined) return { ...call, numbers: { ...call.numbers, firstStep: firstStep + first } };
    return call;
  });
}

/** The parts of the flat gradients that calls write, joined where only padding is between them. */
function writtenRanges(calls: readonly OperationCall[]): { offset: number; length: number }[] {
  const bindings = calls.flatMap(({ tensors }) => Object.values(tensors));
  const segments = bindings.flatMap(({ tensor, offset, length }) =>
    tensor === TENSOR.gradients && offset !== undefined && length !== undefined ? [{ offset, length }] : [],
  );
  const ranges: { offset: number; length: number }[] = [];
  for (const { offset, length } of segments.sort((a, b) => a.offset - b.offset)) {
    const last = ranges.at(-1);
    if (last && offset <= alignSegment(last.offset + last.length)) last.length = offset + length - last.offset;
    else ranges.push({ offset, length });
  }
  return ranges;
}

/** Calls that overwrite gradients, made to add to them instead. */
export function adding(calls: readonly OperationCall[]): readonly OperationCall[] {
  const part = ({ tensor, ...range }: TensorBinding) => ({
    tensor: tensor === TENSOR.gradients ? PARTIAL_GRADIENTS : tensor,
    ...range,
  });
  const apart = calls.map((call) => ({
    ...call,
    tensors: Object.fromEntries(Object.entries(call.tensors).map(([name, binding]) => [name, part(binding)])),
  }));
  const sums = writtenRanges(calls).map((range) => {
    const packed = { xOffset: 0, xStride: range.length, outOffset: 0, outStride: range.length };
    return callOperation(
      addRows,
      "gradients",
      { N: 1, C: range.length, ...packed },
      {
        x: { tensor: PARTIAL_GRADIENTS, ...range },
        out: { tensor: TENSOR.gradients, ...range },
      },
    );
  });
  return [...apart, ...sums];
}
