/** Shapes of calls in words, for keys under which measurements are remembered. */
import type { Numbers, Operation } from "../../core/operation.ts";

/** Extents rounded up to 1, 2, 3, 4, 6, 8, 12, …, and the constants that decide which kernels are played. */
export function describeShape({ extents, implementations }: Operation, numbers: Numbers): string {
  const passes = Object.values(implementations).flatMap((implementation) => implementation.passes);
  const forms = new Set(passes.flatMap(({ when = {} }) => Object.keys(when)));
  const rounded = extents.map((name) => `${name} ${roundExtent(numbers[name] ?? 0)}`);
  return [...rounded, ...[...forms].map((name) => `${name} ${numbers[name]}`)].join(" ");
}

function roundExtent(extent: number): number {
  const power = 2 ** Math.ceil(Math.log2(Math.max(extent, 1)));
  return extent <= power * 0.75 && power > 2 ? power * 0.75 : power;
}
