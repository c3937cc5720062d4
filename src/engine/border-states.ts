/**
 * The states at the borders of a window's chunks, which share one set of state tensors: slots in which a state is put
 * aside, and the way from the end of one chunk to the start of the next. One more slot than asked for keeps the end of a
 * piece, because its backward pass plays over the states themselves.
 */
import type { OperationCall, TensorBinding } from "../core/program.ts";
import { carryState } from "../operations/carry-state.ts";
import type { CarriedPlace } from "./carried-state.ts";
import { copyState } from "./copy-state.ts";
import { callOperation, type ProgramDraft } from "./program-draft.ts";

interface BorderedState extends CarriedPlace {
  readonly slots: TensorBinding; // [slots + 1, B, H]
}

/** The states at the borders; `states` are all those of the layers. */
export class BorderStates {
  readonly #states: readonly BorderedState[];
  readonly #endSlot: number;

  constructor(draft: ProgramDraft, states: readonly CarriedPlace[], slots: number) {
    this.#endSlot = slots;
    this.#states = states.map((state) => {
      const { name, shape } = state.segment;
      return { ...state, slots: draft.declare(`borders.${name}`, "f32", [slots + 1, ...shape], "activation") };
    });
  }

  /** The states with which the next batch may go on, once `storeEnd` has been played. */
  get carried(): readonly CarriedPlace[] {
    return this.#states.map(({ slots, ...state }) => ({ ...state, end: { tensor: slots, row: this.#endSlot } }));
  }

  /** Puts the start of a chunk aside. */
  store(slot: number): readonly OperationCall[] {
    return this.#states.map(({ label, segment, start, slots }) =>
      copyState(label, segment.shape, { tensor: start, row: 0 }, { tensor: slots, row: slot }),
    );
  }

  /** Puts the end of a chunk of `count` steps aside. */
  storeEnd(count: number): readonly OperationCall[] {
    return this.#states.map(({ label, segment, start, slots }) =>
      copyState(label, segment.shape, { tensor: start, row: count }, { tensor: slots, row: this.#endSlot }),
    );
  }

  /** Starts a chunk as it was put aside. */
  restore(slot: number): readonly OperationCall[] {
    return this.#states.map(({ label, segment, start, slots }) =>
      copyState(label, segment.shape, { tensor: slots, row: slot }, { tensor: start, row: 0 }),
    );
  }

  /** Starts a chunk where `storeEnd` was played. */
  restoreEnd(): readonly OperationCall[] {
    return this.restore(this.#endSlot);
  }

  /** Starts a chunk where the one of `count` steps before it ended. */
  goOn(count: number): readonly OperationCall[] {
    return this.#states.map(({ label, segment: { shape }, start }) => {
      const [B, H] = shape;
      return callOperation(carryState, label, { T: count, B, H }, { h: start });
    });
  }
}
