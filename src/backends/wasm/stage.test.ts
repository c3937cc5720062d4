/**
 * The scratch of fast twins, which stands last in the memory: no call writes behind it, whichever of its extents is the
 * large one. (What is written inside of it and read too late or too early shows in the parity cases.)
 */
import { expect, test } from "vitest";
import type { ParityCase } from "../../checks/parity-case.ts";
import { PARITY_CASES } from "../../checks/parity-cases.ts";
import { createParityProgram } from "../../checks/parity-program.ts";
import type { Numbers, Operation } from "../../core/operation.ts";
import { stageProgram } from "../reference/bind-program.ts";
import { FAST_TWINS } from "./fast-twins.ts";
import { compileKernels } from "./kernels.ts";
import { setWasmStage, type WasmStage } from "./stage.ts";

const kernels = await compileKernels();

const SIZES = [1, 9, 160];

/** Every combination of small and large extents: of a recurrence, or of a product with rows packed one behind the other. */
function combineExtents({ extents }: Operation): readonly Numbers[] {
  if (extents.includes("H")) return SIZES.flatMap((B) => SIZES.map((H) => ({ B, H })));
  return [1, 300].flatMap((N) =>
    SIZES.flatMap((D) =>
      SIZES.map((C) => ({
        ...{ N, D, C, xOffset: 0, xStride: D, outOffset: 0, outStride: C, daOffset: 0, daStride: C },
        ...{ dxOffset: 0, dxStride: D, leftOffset: 0, leftStride: D, rightOffset: 0, rightStride: C },
      })),
    ),
  );
}

/** A case for every set of constants, long enough for each way to play a sequence. */
function listCases({ name, extents }: Operation): readonly ParityCase[] {
  const cases = PARITY_CASES.filter(({ operation, numbers }) => operation === name && (numbers.T ?? 7) === 7);
  const constants = ({ numbers }: ParityCase) =>
    JSON.stringify(Object.entries(numbers).filter(([number]) => !extents.includes(number)));
  return extents.includes("H") ? [...new Map(cases.map((one) => [constants(one), one])).values()] : cases.slice(0, 1);
}

/** Plays a case in a memory of its own; how many bytes behind its end are written. */
function countStrayBytes(parityCase: ParityCase): number {
  let stage: WasmStage | undefined;
  const program = createParityProgram(parityCase);
  const bound = stageProgram(program, (memory) => (stage = setWasmStage(program, memory, kernels)));
  for (const array of bound.tensors.values()) array.fill(array instanceof Uint32Array ? 1 : 0.01);
  bound.play("forward", {});
  const { memory, usedBytes } = stage!;
  return new Uint8Array(memory.buffer, usedBytes).reduce((count, byte) => count + Number(byte !== 0), 0);
}

test.each(FAST_TWINS.filter(({ scratch }) => scratch !== undefined).map(({ operation }) => operation))(
  "$name keeps within its scratch",
  (operation) => {
    const cases = listCases(operation);
    expect(cases.length).toBeGreaterThan(0);
    for (const { numbers, ...rest } of cases) {
      for (const extents of combineExtents(operation)) {
        expect(countStrayBytes({ ...rest, numbers: { ...numbers, ...extents } })).toBe(0);
      }
    }
  },
);
