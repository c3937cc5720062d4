/**
 * Where the tensors of models trained side by side lie. Contracts, twins and calls describe one model; a Program of M models
 * holds each of its tensors M times in one buffer, M outermost, each copy beginning at a segment boundary. Resident data are
 * the exception: one copy serves all models.
 */
import { alignSegment, elementCount } from "./dims.ts";
import { ContractError } from "./errors.ts";
import type { Program, ProgramTensor } from "./program.ts";

/** Most models that a Program may train side by side. */
export const MAX_MODELS = 64;

/** The copies of one tensor. All numbers count elements, but `copies`. */
export interface ModelLayout {
  /** Elements that one model has. */
  readonly length: number;
  /** From the first element of a model to that of the next; 0 where all models share one copy. */
  readonly distance: number;
  readonly copies: number;
  /** Elements of the whole buffer. */
  readonly total: number;
}

/** Models of a Program, 1 where it says nothing. Throws `ContractError` for a number that is no integer from 1 to 64. */
export function modelsOf({ models = 1 }: Pick<Program, "models">): number {
  if (!Number.isSafeInteger(models) || models < 1 || models > MAX_MODELS) {
    throw new ContractError({ operation: "Program" }, `1 to ${MAX_MODELS} models`, String(models));
  }
  return models;
}

/** True for tensors of which one copy serves every model. */
export function isShared({ role }: Pick<ProgramTensor, "role">): boolean {
  return role === "data";
}

/** Where the copies of `tensor` lie in a Program of `models` models. Nothing is padded where there is one model. */
export function layoutOf(tensor: Pick<ProgramTensor, "role" | "shape">, models: number): ModelLayout {
  const length = elementCount(tensor.shape);
  if (models === 1 || isShared(tensor)) return { length, distance: 0, copies: 1, total: length };
  const distance = alignSegment(length);
  return { length, distance, copies: models, total: models * distance };
}

/**
 * First element of a range inside the buffer. Throws `ContractError` for a model that the tensor has no copy of and for a
 * range that leaves the copy.
 */
export function locateRange(
  where: { readonly operation: string; readonly tensor: string },
  { length, distance, copies }: ModelLayout,
  range: { readonly model: number; readonly offset: number; readonly length: number },
): number {
  const { model, offset, length: wanted } = range;
  if (!Number.isSafeInteger(model) || model < 0 || model >= copies) {
    throw new ContractError(where, `a model below ${copies}`, String(model));
  }
  if (!Number.isSafeInteger(offset) || offset < 0 || wanted < 0 || offset + wanted > length) {
    throw new ContractError(where, `a range inside ${length} elements`, `${offset} + ${wanted}`);
  }
  return model * distance + offset;
}
