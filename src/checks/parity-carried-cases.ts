/** Cases of the operations that go from batch to batch: carried states, the training step of the dropout masks. */
import type { Fill, ParityCase } from "./parity-case.ts";
import { constant } from "./parity-fills.ts";

const LENGTHS = [1, 3, 17, 63, 65, 1027];

/** See the header. */
export const CARRIED_CASES: readonly ParityCase[] = [...carriedStates(), ...countedSteps()];

function countedSteps(): ParityCase[] {
  const key: Fill = (_, i) => 7 + i;
  return [0, 4].map((raised) => ({ operation: "advance-key", numbers: {}, fill: { key, flags: constant(raised) } }));
}

function carriedStates(): ParityCase[] {
  return LENGTHS.flatMap((N, i): ParityCase[] => {
    const kept = { N, hOffset: 3 * i };
    return [
      { operation: "resume-state", numbers: { N }, scalars: { resume: i % 2 } },
      { operation: "resume-state", numbers: { N }, scalars: { resume: (i + 1) % 2 } },
      { operation: "keep-state", numbers: kept, fill: { flags: constant(0) } },
      { operation: "keep-state", numbers: kept, fill: { flags: constant(4) } },
    ];
  });
}
