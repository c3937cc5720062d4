/**
 * A Program while it is being written: tensors by name, calls typed by their contract, and the bits of the sticky
 * `flags` word handed out in the order of play, so that the lowest raised bit names where numbers first went wrong.
 * Sizes are checked later, once, by `validateProgram` in every player.
 */
import type { ElementType, Numbers, TensorContract } from "../core/operation.ts";
import type { OperationCall, ProgramTensor, TensorBinding, TensorRole } from "../core/program.ts";

/** Binds an operation; tensor names are those of its contract, `numbers` holds its extents and constants. */
export function callOperation<Tensors extends Readonly<Record<string, TensorContract>>>(
  operation: { readonly name: string; readonly tensors: Tensors },
  label: string,
  numbers: Numbers,
  tensors: Readonly<Record<keyof Tensors & string, TensorBinding>>,
): OperationCall {
  return { operation: operation.name, label, numbers, tensors };
}

/** Who raises a bit of `flags`. */
export interface FlagOrigin {
  /** The value that is or-ed into the word, a power of two. */
  readonly bit: number;
  readonly operation: string;
  readonly label: string;
}

/** Bits of one `u32`. */
const MAX_FLAG_BITS = 32;

/** The tensors and flag bits of a Program under construction. */
export class ProgramDraft {
  readonly #tensors = new Map<string, ProgramTensor>();
  readonly #origins: FlagOrigin[] = [];

  /** Declares a tensor, initially zero, and returns a binding to all of it. Throws when the name is taken. */
  declare(name: string, type: ElementType, shape: readonly number[], role: TensorRole): TensorBinding {
    if (this.#tensors.has(name)) throw new Error(`the Program already has a tensor ${name}`);
    this.#tensors.set(name, { name, type, shape, role });
    return { tensor: name };
  }

  /** Hands out the next bit of `flags`; call it in the order of play. */
  claimFlagBit(operation: { readonly name: string }, label: string): number {
    if (this.#origins.length === MAX_FLAG_BITS) throw new Error(`more than ${MAX_FLAG_BITS} calls can raise a flag`);
    const bit = 2 ** this.#origins.length;
    this.#origins.push({ bit, operation: operation.name, label });
    return bit;
  }

  /** All tensors in order of declaration. */
  tensors(): readonly ProgramTensor[] {
    return [...this.#tensors.values()];
  }

  /** Origins by rising bit, which is the order of play. */
  flagOrigins(): readonly FlagOrigin[] {
    return [...this.#origins];
  }
}
