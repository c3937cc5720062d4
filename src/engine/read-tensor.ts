/** Typed reads from a player: floats or words, each with its own buffer so that it can be kept or transferred. */
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
): Promise<Float32Array<ArrayBuffer>> {
  const values = await player.read(tensor, range?.offset, range?.length);
  if (values instanceof Float32Array) return new Float32Array(values);
  throw new Error(`${tensor} holds words, not floats`);
}

/** Reads a `u32` tensor. Rejects with `BackendLostError` when the device is gone. */
export async function readWords(player: Player, tensor: string, range?: ReadRange): Promise<Uint32Array<ArrayBuffer>> {
  const values = await player.read(tensor, range?.offset, range?.length);
  if (values instanceof Uint32Array) return new Uint32Array(values);
  throw new Error(`${tensor} holds floats, not words`);
}

/** Reads the first word of a `u32` tensor. Rejects with `BackendLostError` when the device is gone. */
export async function readWord(player: Player, tensor: string): Promise<number> {
  const values = await player.read(tensor, 0, 1);
  const [word] = values;
  if (values instanceof Uint32Array && word !== undefined) return word;
  throw new Error(`${tensor} holds no words`);
}
