/**
 * A Program while it is being written: tensors by name, calls typed by their contract, and the bits of the sticky
 * `flags` word handed out in the order of play, so that the lowest raised bit names where numbers first went wrong.
 * Sizes are checked later, once, by `validateProgram` in every player.
 */
import { elementCount } from "../core/dims.ts";
import type { Fault } from "../core/errors.ts";
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

/** The fault of a word of `flags` that is not 0: who raised its first bit, in the training step `step`. */
export function notFiniteFault(origins: readonly FlagOrigin[], flags: number, step: number): Fault {
  const { operation = "unknown", label = "unknown" } = origins.find(({ bit }) => (flags & bit) !== 0) ?? {};
  return { code: "not-finite", details: { step, operation, where: label } };
}

/** Bits of one `u32`. */
const MAX_FLAG_BITS = 32;

/** What a draft holds. */
interface Contents {
  readonly tensors: Map<string, ProgramTensor>;
  readonly origins: FlagOrigin[];
}

/** The tensors and flag bits of a Program under construction. */
export class ProgramDraft {
  readonly #contents: Contents;
  readonly #overlaid: boolean;

  constructor(overlaid: Contents | null = null) {
    this.#contents = overlaid ?? { tensors: new Map(), origins: [] };
    this.#overlaid = overlaid !== null;
  }

  /**
   * The same draft for parts that are laid out more than once over the same tensors, longest first: a name may be declared
   * again with as many elements or fewer, and whoever has a flag bit gets it again.
   */
  overlay(): ProgramDraft {
    return new ProgramDraft(this.#contents);
  }

  /** Declares a tensor, initially zero, and returns a binding to all of it. Throws when the name is taken. */
  declare(name: string, type: ElementType, shape: readonly number[], role: TensorRole): TensorBinding {
    const { tensors } = this.#contents;
    const taken = tensors.get(name);
    if (!taken) tensors.set(name, { name, type, shape, role });
    else if (!this.#overlaid) throw new Error(`the Program already has a tensor ${name}`);
    else if (taken.type !== type || elementCount(taken.shape) < elementCount(shape)) {
      throw new Error(`${name} holds ${taken.type} [${taken.shape.join(", ")}], not ${type} [${shape.join(", ")}]`);
    }
    return { tensor: name };
  }

  /** Hands out the next bit of `flags`; call it in the order of play. */
  claimFlagBit(operation: { readonly name: string }, label: string): number {
    const { origins } = this.#contents;
    const claimed = origins.find((origin) => origin.operation === operation.name && origin.label === label);
    if (claimed && this.#overlaid) return claimed.bit;
    if (origins.length === MAX_FLAG_BITS) throw new Error(`more than ${MAX_FLAG_BITS} calls can raise a flag`);
    const bit = 2 ** origins.length;
    origins.push({ bit, operation: operation.name, label });
    return bit;
  }

  /** All tensors in order of declaration. */
  tensors(): readonly ProgramTensor[] {
    return [...this.#contents.tensors.values()];
  }

  /** Origins by rising bit, which is the order of play. */
  flagOrigins(): readonly FlagOrigin[] {
    return [...this.#contents.origins];
  }
}
