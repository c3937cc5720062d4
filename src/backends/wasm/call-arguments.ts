/**
 * The arguments of a kernel: one f64 after the other, in the order of the contract: tensors as byte addresses, extents,
 * constants, run-time scalars, and the address of the scratch that the call may use. An `@unmanaged` class in `wasm/`
 * reads the same fields in the same order; a test compares the two.
 */
import type { Numbers, Operation } from "../../core/operation.ts";
import type { TensorArray } from "../reference/twin.ts";

/** Names of the fields of an operation's arguments. */
export function argumentNames({ tensors, extents, constants, scalars }: Operation): readonly string[] {
  return [...Object.keys(tensors), ...extents, ...constants, ...scalars, "scratch"];
}

/** `gru-forward` → `gruForward`, the name of the export. */
export function kernelName(operation: string): string {
  return operation.replaceAll(/-(.)/g, (_, letter: string) => letter.toUpperCase());
}

/** What a call is bound to. */
interface BoundValues {
  readonly tensors: Readonly<Record<string, TensorArray>>;
  readonly numbers: Numbers;
  /** Byte address. */
  readonly scratch: number;
}

/** Writes every field, run-time scalars included as they are. */
export function writeArguments(fields: Float64Array, operation: Operation, values: BoundValues): void {
  const { tensors, numbers, scratch } = values;
  for (const [i, name] of argumentNames(operation).entries()) {
    fields[i] = name === "scratch" ? scratch : (tensors[name]?.byteOffset ?? numbers[name] ?? Number.NaN);
  }
}

/** Writes the run-time scalars of a play; allocates nothing. */
export function writeScalars(fields: Float64Array, { scalars }: Operation, numbers: Numbers): void {
  const first = fields.length - 1 - scalars.length;
  for (let i = 0; i < scalars.length; i++) fields[first + i] = numbers[scalars[i] ?? ""] ?? Number.NaN;
}
