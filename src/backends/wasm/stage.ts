/**
 * One WebAssembly memory for a whole Program: every tensor is a view of it, so that plain twins and kernels work on the
 * same numbers and nothing is ever copied between them. The memory is sized when the Program is built and never grows,
 * because growing would detach the views.
 *
 * | bytes      | what                                                                  |
 * | ---------- | --------------------------------------------------------------------- |
 * | 0 … 1023   | zeros and the edge tile of `wasm/multiply.ts`                         |
 * | then       | regions of tensors, at multiples of 64, SLACK_BYTES behind each        |
 * | then       | arguments of the fast calls                                           |
 * | then       | scratch, as much as the largest call needs: calls run one by one      |
 */
import { ELEMENT_BYTES } from "../../core/dims.ts";
import { ProgramRefusedError } from "../../core/errors.ts";
import type { MemoryLayout } from "../../core/liveness.ts";
import { modelsOf } from "../../core/model-layout.ts";
import type { OperationCall, Program } from "../../core/program.ts";
import { evaluateExtent } from "../../core/required-elements.ts";
import type { Stage } from "../reference/bind-program.ts";
import type { ReferenceOperation } from "../reference/twin.ts";
import { findReferenceOperation } from "../reference/twins.ts";
import { argumentNames, kernelName, writeArguments, writeScalars } from "./call-arguments.ts";
import { FAST_TWINS, type FastTwin } from "./fast-twins.ts";
import { type CompiledKernels, instantiate, type Kernel } from "./kernels.ts";

/** Below this nothing is placed. */
const RESERVED_BYTES = 1024;

/** Vectors of the last columns may be read beyond a tensor's end, never written there. */
const SLACK_BYTES = 64;

const PAGE_BYTES = 65_536;

/** The most that WebAssembly with 32-bit addresses holds, less a page so that every end has an address. */
export const MAX_MEMORY_BYTES = 2 ** 32 - PAGE_BYTES;

const fastTwins = new Map(FAST_TWINS.map((twin) => [twin.operation.name, twin]));

/** The fast twin of an operation, where there is one. */
export function findFastTwin(operation: string): FastTwin | undefined {
  return fastTwins.get(operation);
}

/** Hands out memory from the bottom. */
class Layout {
  #end = RESERVED_BYTES;
  get end(): number {
    return this.#end;
  }
  /** Address of that many bytes, at a multiple of 64. */
  take(bytes: number): number {
    const at = this.#end;
    this.#end += Math.ceil((bytes + SLACK_BYTES) / 64) * 64;
    return at;
  }
}

/** A stage with its memory, behind whose first `usedBytes` nothing ever stands: zeros fill the last page. */
export interface WasmStage extends Stage {
  readonly memory: WebAssembly.Memory;
  readonly usedBytes: number;
}

/**
 * Lays a valid Program out and takes the memory for it. Throws `ProgramRefusedError` with the bytes where it is larger
 * than an address can reach, or than the engine grants.
 */
export function setWasmStage(program: Program, { regions }: MemoryLayout, kernels: CompiledKernels): WasmStage {
  const layout = new Layout();
  const models = modelsOf(program);
  const addresses = new Map<string, number>();
  for (const { name, elements } of regions) {
    addresses.set(name, layout.take(elements * ELEMENT_BYTES));
    if (layout.end > MAX_MEMORY_BYTES) {
      throw new ProgramRefusedError(`${name} and the tensors before it`, layout.end, MAX_MEMORY_BYTES);
    }
  }
  const argumentsAt = new Map<OperationCall, readonly number[]>();
  let scratchElements = 0;
  for (const call of Object.values(program.phases).flat()) {
    const twin = fastTwins.get(call.operation);
    if (!twin) continue;
    const bytes = argumentNames(twin.operation).length * Float64Array.BYTES_PER_ELEMENT;
    argumentsAt.set(
      call,
      Array.from({ length: models }, () => layout.take(bytes)),
    );
    if (twin.scratch) scratchElements = Math.max(scratchElements, evaluateExtent(twin.scratch, call.numbers));
  }
  const scratch = layout.take(scratchElements * ELEMENT_BYTES);
  const memory = takeMemory(layout.end);
  const kernel = instantiate(kernels, memory);
  return {
    memory,
    usedBytes: layout.end,
    allocate({ name, type, elements }) {
      const View = type === "u32" ? Uint32Array : Float32Array;
      return new View(memory.buffer, addresses.get(name), elements);
    },
    find(call, model) {
      const plain = findReferenceOperation(call.operation);
      const twin = fastTwins.get(call.operation);
      if (!twin || !isPlayable(twin, call)) return plain;
      const length = argumentNames(twin.operation).length;
      const fields = new Float64Array(memory.buffer, argumentsAt.get(call)?.[model], length);
      return accelerate(plain, { kernel: kernel(kernelName(call.operation)), fields, scratch });
    },
  };
}

/** Throws `ProgramRefusedError` with the bytes asked for and those that the engine would grant. */
function takeMemory(bytes: number): WebAssembly.Memory {
  const memory = bytes > MAX_MEMORY_BYTES ? undefined : tryMemory(bytes);
  if (memory) return memory;
  let granted = Math.min(bytes / 2, MAX_MEMORY_BYTES);
  while (granted > PAGE_BYTES && !tryMemory(granted)) granted /= 2;
  throw new ProgramRefusedError("this run as a whole", bytes, Math.floor(granted));
}

/** All of it at once; undefined where the engine refuses. */
function tryMemory(bytes: number): WebAssembly.Memory | undefined {
  const pages = Math.ceil(bytes / PAGE_BYTES);
  try {
    return new WebAssembly.Memory({ initial: pages, maximum: pages });
  } catch {
    return undefined;
  }
}

/** Whether a call has the constants that its fast twin knows. */
function isPlayable({ when = {} }: FastTwin, { numbers }: OperationCall): boolean {
  return Object.entries(when).every(([name, value]) => numbers[name] === value);
}

/** The kernel in the place of the twin. The twin is bound all the same: binding checks names and types. */
function accelerate(
  plain: ReferenceOperation,
  { kernel, fields, scratch }: { kernel: Kernel; fields: Float64Array; scratch: number },
): ReferenceOperation {
  const { operation } = plain;
  return {
    operation,
    bind(tensors, numbers) {
      plain.bind(tensors, numbers);
      writeArguments(fields, operation, { tensors, numbers, scratch });
      const at = fields.byteOffset;
      if (operation.scalars.length === 0) return () => kernel(at);
      return () => {
        writeScalars(fields, operation, numbers);
        kernel(at);
      };
    },
  };
}
