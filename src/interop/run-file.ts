/**
 * A saved run as bytes: one `.safetensors` with named arrays and, in its metadata, the texts that the engine's
 * checkpoint defines. What the arrays and texts mean is the engine's; this file turns every way in which bytes can be
 * wrong into `InputError`.
 */
import { InputError } from "../core/errors.ts";
import {
  numbersOf,
  readSafetensors,
  type Safetensors,
  SafetensorsError,
  type TensorData,
  type TensorToWrite,
  writeSafetensors,
} from "./safetensors.ts";

/** What a file holds. `data` is null for an element type that is no array here (F16, I64, …). */
export interface RunFile {
  readonly tensors: ReadonlyMap<string, { readonly shape: readonly number[]; readonly data: TensorData | null }>;
  readonly metadata: ReadonlyMap<string, string>;
}

/** Names in a file are untrusted and may be as long as its header. */
const SHOWN_NAME_LENGTH = 100;

/** Reads a file. Throws `InputError` `file-invalid` with `reason`, a `SafetensorsErrorCode`, and the `tensor` to blame. */
export function readRunFile(file: ArrayBuffer): RunFile {
  const { tensors, metadata } = readContainer(file);
  const arrays = new Map(
    [...tensors].map(([name, tensor]) => [name, { shape: tensor.shape, data: numbersOf(tensor) }]),
  );
  return { tensors: arrays, metadata };
}

function readContainer(file: ArrayBuffer): Safetensors {
  let refusal: SafetensorsError;
  try {
    return readSafetensors(file);
  } catch (error) {
    if (!(error instanceof SafetensorsError)) throw error;
    refusal = error;
  }
  throw new InputError("file-invalid", {
    reason: refusal.code,
    tensor: refusal.tensor?.slice(0, SHOWN_NAME_LENGTH) ?? "",
  });
}

/** Writes a file; see `writeSafetensors`. */
export function writeRunFile(content: {
  readonly tensors: ReadonlyMap<string, TensorToWrite>;
  readonly metadata: ReadonlyMap<string, string>;
}): ArrayBuffer {
  return writeSafetensors(content.tensors, content.metadata);
}
