/**
 * Typed reads from a player: floats or words, each with its own buffer so that it can be kept or transferred. Where models
 * are trained side by side, a read is that of the first one unless it says which, or that of all of them.
 */
import type { Player } from "../core/backend.ts";

/** Elements of a tensor; both omitted reads all of it. */
export interface ReadRange {
  readonly offset: number;
  readonly length: number;
}

/** Reads an `f32` tensor. Rejects with `BackendLostError` when the device is gone. */
export async function readFloats(
  player: Player,
  tensor: string,
  range?: ReadRange,
  model = 0,
): Promise<Float32Array<ArrayBuffer>> {
  const values = await player.read(tensor, range?.offset, range?.length, model);
  if (values instanceof Float32Array) return new Float32Array(values);
  throw new Error(`${tensor} holds words, not floats`);
}

/** Reads a range of an `f32` tensor in each of `models` models. Rejects with `BackendLostError` when the device is gone. */
export async function readFloatsOfAll(
  player: Player,
  tensor: string,
  models: number,
  range?: ReadRange,
): Promise<Float32Array<ArrayBuffer>[]> {
  const values = await player.readAll(tensor, range?.offset, range?.length);
  if (values instanceof Float32Array) return cutEvenly(values.length, models, (...ends) => values.slice(...ends));
  throw new Error(`${tensor} holds words, not floats`);
}

/** Reads a range of a `u32` tensor in each of `models` models. Rejects with `BackendLostError` when the device is gone. */
export async function readWordsOfAll(
  player: Player,
  tensor: string,
  models: number,
  range?: ReadRange,
): Promise<Uint32Array<ArrayBuffer>[]> {
  const values = await player.readAll(tensor, range?.offset, range?.length);
  if (values instanceof Uint32Array) return cutEvenly(values.length, models, (...ends) => values.slice(...ends));
  throw new Error(`${tensor} holds floats, not words`);
}

/** Reads the first word of a `u32` tensor. Rejects with `BackendLostError` when the device is gone. */
export async function readWord(player: Player, tensor: string): Promise<number> {
  const values = await player.read(tensor, 0, 1);
  const [word] = values;
  if (values instanceof Uint32Array && word !== undefined) return word;
  throw new Error(`${tensor} holds no words`);
}

function cutEvenly<Part>(length: number, parts: number, cut: (begin: number, end: number) => Part): Part[] {
  const each = length / parts;
  return Array.from({ length: parts }, (_, i) => cut(i * each, (i + 1) * each));
}
