/**
 * What playing a golden case gives: tensors under the file's names and in the file's layout, every one of them computed
 * by operations of a Program on the backend under test, or by the code that a run itself uses on the host. Reading inputs, building Programs and moving results about is
 * all that a runner may do by itself.
 */
import type { Backend, Player } from "../core/backend.ts";
import type { Program } from "../core/program.ts";
import type { GoldenCase } from "../interop/golden-file.ts";

/** Results under the file's names, flat in the file's layout; or why the case cannot be played. */
export type GoldenRun =
  | { readonly supported: true; readonly tensors: ReadonlyMap<string, ArrayLike<number>> }
  | { readonly supported: false; readonly reason: string };

/** Where a runner plays and where it finds other cases. */
export interface GoldenPlace {
  readonly backend: Backend;
  /** Another case of the same file, e.g. `common`. */
  readonly sibling: (name: string) => GoldenCase | undefined;
  /** Cases of another file of the folder by its path; undefined where it is not there. */
  readonly file: (path: string) => Promise<readonly GoldenCase[] | undefined>;
}

/** Plays one case. Throws only for programmers' faults and for a lost or refusing backend. */
export type GoldenRunner = (golden: GoldenCase, place: GoldenPlace) => Promise<GoldenRun>;

/** A case that cannot be played, and why. */
export function unsupported(reason: string): GoldenRun {
  return { supported: false, reason };
}

/** Builds a Program by the backend's own plan, hands its player to `use` and disposes of it in any event. */
export async function withPlayer<Result>(
  backend: Backend,
  program: Program,
  use: (player: Player) => Promise<Result>,
): Promise<Result> {
  const player = await backend.create(program, backend.plan(program));
  try {
    return await use(player);
  } finally {
    player.dispose();
  }
}

/** Reads a tensor, or `length` elements of it from `offset`, as f32. */
export async function readFloats(
  player: Player,
  tensor: string,
  offset?: number,
  length?: number,
): Promise<Float32Array<ArrayBuffer>> {
  return Float32Array.from(await player.read(tensor, offset, length));
}

/** Inputs of a case as f32, exact because they were drawn as f32. Undefined where the case has no such tensor. */
export function inputOf(golden: GoldenCase, name: string): Float32Array<ArrayBuffer> | undefined {
  const tensor = golden.tensors.get(name);
  return tensor && Float32Array.from(tensor.data);
}
