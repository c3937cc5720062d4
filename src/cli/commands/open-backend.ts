/**
 * Backends for a terminal: WebGPU through Dawn (npm `webgpu`), loaded only when it is wanted, or the two CPU players. Which
 * Vulkan driver Dawn finds is decided by the environment that `scripts/cli.mjs` prepares.
 */
import { openBackend } from "../../backends/open.ts";
import type { Backend, BackendInfo, BackendWish } from "../../core/backend.ts";
import { type Terminal, UsageError } from "./terminal.ts";

/** Reads `--backend`; without it the choice is left to what is there. */
export function readBackendWish(value: string | undefined): BackendWish {
  if (value === undefined) return "auto";
  if (value === "webgpu" || value === "wasm" || value === "cpu") return value;
  throw new UsageError(`--backend must be webgpu, wasm or cpu, not ${value}`);
}

/** The backend wished for, or null after saying why it cannot be had. An unexpressed wish may end on the CPU, audibly. */
export async function openCommandBackend(wish: BackendWish, terminal: Terminal): Promise<Backend | null> {
  const gpu = wish === "cpu" || wish === "wasm" ? undefined : await openNodeGpu();
  const { backend, faults } = await openBackend(wish, gpu);
  for (const { code, details } of faults) {
    const message = details.message ? `: ${details.message}` : "";
    const what = code === "wasm-refused" ? "WebAssembly" : "WebGPU";
    const taken = backend?.info.kind === "cpu" ? "; using the plain CPU player" : "; using the CPU player";
    terminal.note(`${what} cannot be had (${code}${message})${backend ? taken : ""}`);
  }
  return backend ?? null;
}

/** Why a run is played by what plays it, in one sentence; null where nothing was measured. */
export function choiceLine({ kind, measured }: BackendInfo): string | null {
  if (!measured) return null;
  const [webgpu, wasm] = [measured.webgpuMs, measured.wasmMs].map((ms) => `${ms.toPrecision(3)} ms`);
  const taken = kind === "webgpu" ? "WebGPU" : "the CPU player";
  return `WebGPU here is a software renderer: ${webgpu} a step; the CPU player: ${wasm}. Training on ${taken}`;
}

/** The runtime's own WebGPU (deno), else Dawn's; undefined where its package or a library it needs is missing. */
async function openNodeGpu(): Promise<GPU | undefined> {
  if (typeof navigator !== "undefined" && navigator.gpu) return navigator.gpu;
  try {
    const { create, globals } = await import("webgpu");
    const gpu = create([]);
    // Once collected its promises never settle, so something global has to hold it.
    Object.assign(globalThis, globals, { gatescopeGpu: gpu });
    return gpu;
  } catch {
    return undefined;
  }
}
