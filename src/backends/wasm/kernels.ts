/**
 * The compiled kernels: which of the two binaries an engine takes, and a module bound to the memory of one Program. A
 * kernel is called with the address of its arguments (`call-arguments.ts`) and nothing else.
 */
import { plain, relaxed } from "virtual:wasm-kernels";
import { ContractError } from "../../core/errors.ts";

/** A compiled module. `fused` says that multiply and add are one rounding where the processor can, so that sums differ in the last bits. */
export interface CompiledKernels {
  readonly module: WebAssembly.Module;
  readonly fused: boolean;
}

/**
 * Compiles the better of the two binaries. Rejects where the engine has no SIMD, and where a policy forbids compiling
 * (`'wasm-unsafe-eval'` is missing), with the engine's own message.
 */
export async function compileKernels(): Promise<CompiledKernels> {
  const better = decode(relaxed);
  const fused = WebAssembly.validate(better);
  return { module: await WebAssembly.compile(fused ? better : decode(plain)), fused };
}

function decode(base64: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
}

/** Plays one operation whose arguments stand at that address. */
export type Kernel = (argumentsAt: number) => void;

/** The kernels over one memory, by export name; asking for one that the module lacks throws `ContractError`. */
export function instantiate({ module }: CompiledKernels, memory: WebAssembly.Memory): (name: string) => Kernel {
  const { exports } = new WebAssembly.Instance(module, { env: { memory } });
  return (name) => {
    const kernel = exports[name];
    if (!isKernel(kernel)) throw new ContractError({ operation: name }, "an export of wasm/index.ts", typeof kernel);
    return kernel;
  };
}

function isKernel(value: unknown): value is Kernel {
  return typeof value === "function";
}
