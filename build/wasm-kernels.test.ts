/** The compiled kernels as binaries: what the players count on, and no parity case would notice. */
import { expect, test } from "vitest";
import { compileKernels } from "./wasm-kernels.ts";

/** Ids of sections in the binary format: https://webassembly.github.io/spec/core/binary/modules.html#sections */
const DATA = 11;
const CODE = 10;

function sectionIds(binary: Uint8Array): number[] {
  const ids: number[] = [];
  for (let at = 8; at < binary.length; ) {
    ids.push(binary[at++] ?? -1);
    let length = 0;
    for (let shift = 0, byte = 0x80; byte & 0x80; shift += 7) {
      byte = binary[at++] ?? 0;
      length |= (byte & 0x7f) << shift;
    }
    at += length;
  }
  return ids;
}

test.each([false, true])(
  "with relaxed SIMD %s nothing of the module's own lies in memory, where tensors do",
  async (relaxed) => {
    const ids = sectionIds(await compileKernels(relaxed));
    expect(ids).toContain(CODE);
    expect(ids).not.toContain(DATA);
  },
  60_000,
);
