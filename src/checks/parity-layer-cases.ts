/**
 * Cases of the operations that stand between recurrent layers: collected outputs and their gradients, initial states.
 */
import type { ParityCase } from "./parity-case.ts";
import { idsBelow } from "./parity-fills.ts";

const SHAPES: readonly (readonly [N: number, C: number])[] = [
  [1, 1],
  [3, 17],
  [17, 3],
  [63, 1],
  [1, 65],
  [65, 63],
];

/** Rows of one direction's states into half of a wider row and back, from the first state or a later one. */
function collectedCases(): ParityCase[] {
  return SHAPES.flatMap(([N, C], i) => {
    const packed = { offset: 5 * i, stride: C };
    const column = { offset: i, stride: 2 * C + i };
    return [0, 1].flatMap((masked) =>
      [
        [packed, column],
        [column, packed],
      ].map(([x = packed, out = packed]): ParityCase => {
        const windows = { xOffset: x.offset, xStride: x.stride, outOffset: out.offset, outStride: out.stride };
        return { operation: "mask-rows", numbers: { N, C, ...windows, masked }, fill: { mask: idsBelow(2) } };
      }),
    );
  });
}

/** See the header. */
export const LAYER_CASES: readonly ParityCase[] = [
  ...collectedCases(),
  ...SHAPES.map(([N, C], i): ParityCase => ({ operation: "broadcast-row", numbers: { N, C, outOffset: 3 * i } })),
];
