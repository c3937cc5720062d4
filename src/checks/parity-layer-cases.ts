/**
 * Cases of the operations that stand between recurrent layers: collected outputs and their gradients, initial states,
 * layer normalisation, activations.
 */
import type { Fill, ParityCase } from "./parity-case.ts";
import { constant, idsBelow, notFiniteAt, scaled } from "./parity-fills.ts";

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

/** Rows added to others in wider rows. */
function addedCases(): ParityCase[] {
  return SHAPES.map(([N, C], i) => {
    const windows = { xOffset: i, xStride: C + i, outOffset: 2 * i, outStride: 2 * C + i };
    return { operation: "add-rows", numbers: { N, C, ...windows } };
  });
}

/** Rows of several slabs and of one element, inside larger rows. */
function normCases(): ParityCase[] {
  const shapes: typeof SHAPES = [...SHAPES, [1029, 5], [9, 600]];
  return shapes.flatMap(([N, C], i): ParityCase[] => {
    const x = { xOffset: i, xStride: C + i };
    const windows = { yOffset: 2 * i, yStride: C + 1 };
    const gradients = { dyOffset: 3 * i, dyStride: C + 2, dxOffset: i, dxStride: C + 3 };
    // 1/σ of a row of uniform numbers.
    const statistics: Fill = (random, at) => (at % 2 === 0 ? random - 0.5 : 1 + random);
    return [
      { operation: "layer-norm-forward", numbers: { N, C, ...x, ...windows, epsilon: 1e-5 } },
      { operation: "layer-norm-backward", numbers: { N, C, ...x, ...gradients }, fill: { statistics } },
    ];
  });
}

/** Every activation, saturated and not, with the flag for a pre-activation that it would hide. */
function activationCases(): ParityCase[] {
  return SHAPES.flatMap(([N, C], i) => {
    const a = scaled(10 ** (i % 4));
    const fill = { a, flags: constant(1) };
    const bad = { a: notFiniteAt(N * C - 1), flags: constant(1) };
    const forward = [0, 1, 2].map((activation) => ({ operation: "activation-forward", numbers: { N, C, activation } }));
    const softmax = { operation: "softmax-forward", numbers: { N, C } };
    // Activations as ReLU, σ and softmax leave them, 0 included.
    const y: Fill = (random) => Math.max(0, 1.25 * random - 0.25);
    return [
      ...[...forward, softmax].flatMap(({ operation, numbers }): ParityCase[] => [
        { operation, numbers: { ...numbers, flagBit: 4 }, fill, flags: 1 },
        { operation, numbers: { ...numbers, flagBit: 4 }, fill: bad, compared: ["flags"], flags: 5 },
      ]),
      ...[0, 1, 2].map(
        (activation): ParityCase => ({ operation: "activation-backward", numbers: { N, C, activation }, fill: { y } }),
      ),
      { operation: "softmax-backward", numbers: { N, C }, fill: { y } },
    ];
  });
}

/** See the header. */
export const LAYER_CASES: readonly ParityCase[] = [
  ...collectedCases(),
  ...addedCases(),
  ...normCases(),
  ...activationCases(),
  ...SHAPES.map(([N, C], i): ParityCase => ({ operation: "broadcast-row", numbers: { N, C, outOffset: 3 * i } })),
];
