/**
 * The choice of the player for new runs: what there is to choose from and what cannot be had here, as far as that was found
 * out. What computes the run that is shown is another matter: a run stays with its own.
 */
import type { BackendInfo, BackendWish } from "../core/backend.ts";
import type { Fault, FaultCode } from "../core/errors.ts";

/** In the order in which they are offered. */
export const WISHES: readonly BackendWish[] = ["auto", "webgpu", "wasm", "cpu"];

/** A wish in an address or in storage; null for anything else. */
export function readWish(text: unknown): BackendWish | null {
  return WISHES.find((wish) => wish === text) ?? null;
}

/** Why players cannot be had; one that was not asked for is not among them. */
export type Unavailable = Readonly<Partial<Record<"webgpu" | "wasm", Fault>>>;

const WEBGPU_FAULTS: readonly FaultCode[] = ["webgpu-missing", "webgpu-insecure", "adapter-missing", "device-refused"];

/** What is known after a backend was opened: what came is there, what was refused is not, of others nothing new is known. */
export function learnUnavailable(before: Unavailable, backend: BackendInfo, faults: readonly Fault[]): Unavailable {
  const known = Object.entries(before).filter(([kind]) => kind !== backend.kind);
  const webgpu = faults.find(({ code }) => WEBGPU_FAULTS.includes(code));
  const wasm = faults.find(({ code }) => code === "wasm-refused");
  return { ...Object.fromEntries(known), ...(webgpu ? { webgpu } : {}), ...(wasm ? { wasm } : {}) };
}
