/**
 * Writes symbols one after the other: feeds a symbol, reads the probabilities of the next and draws it with the run's own
 * stream, so a sample is a function of seed, sample number and parameters. Training may go on between two symbols.
 */
import type { Player } from "../core/backend.ts";
import { isRecurrent, learnsInitialState } from "../core/layer-choice.ts";
import { STREAM, uniform } from "../core/rng.ts";
import { findCell } from "./cells/find-cell.ts";
import type { ProgramSpec } from "./program-spec.ts";
import { readFloats } from "./read-tensor.ts";
import { TENSOR } from "./tensor-names.ts";
import { viewOutputTensor } from "./view-passes.ts";

/**
 * Draws an index from probabilities^(1/τ), renormalised: τ → 0 takes the most likely, 1 leaves them, above 1 flattens.
 * `draw` is uniform in [0, 1). Computed relative to the largest probability, so that small τ does not underflow.
 */
export function drawSymbol(probabilities: Float32Array, temperature: number, draw: number): number {
  if (!(temperature > 0)) throw new Error(`a temperature must be above 0, not ${temperature}`);
  const largest = Math.log(probabilities.reduce((max, p) => Math.max(max, p), 0));
  const weight = (p: number) => Math.exp((Math.log(p) - largest) / temperature);
  const total = probabilities.reduce((sum, p) => sum + weight(p), 0);
  let rest = draw * total;
  let last = 0;
  for (const [index, p] of probabilities.entries()) {
    const w = weight(p);
    if (w === 0) continue;
    if (rest < w) return index;
    rest -= w;
    last = index;
  }
  return last; // rounding left a sliver behind the last symbol that can occur
}

/** A state of a layer between two symbols. */
interface KeptState {
  readonly tensor: string;
  readonly units: number;
}

/** What one symbol left behind: the probabilities of the next, and the states where others may overwrite them. */
interface Fed {
  readonly probabilities: Float32Array;
  readonly states: readonly Float32Array[];
}

/** Every state that goes from symbol to symbol. */
function statesOf({ layers }: ProgramSpec): readonly KeptState[] {
  return layers.flatMap((layer, index) => {
    if (!isRecurrent(layer)) return [];
    const names = ["h", ...findCell(layer).extraStates];
    return names.map((state) => ({ tensor: TENSOR.state(index, state, "generate."), units: layer.units }));
  });
}

/**
 * Generates with the run's parameters. One sample at a time; `begin` drops the one before. Of runs side by side each has a
 * generator of its own: a symbol is fed to all models at once, so theirs bring their states along each time.
 */
export class Generator {
  readonly #player: Player;
  readonly #spec: ProgramSpec;
  readonly #seed: number;
  readonly #states: readonly KeptState[];
  readonly #besideOthers: boolean;
  readonly #id = new Uint32Array(1);
  #sample = 0;
  #position = 0;
  /** Counts `begin`, so that a draw that was under way then does not feed the new sample. */
  #begun = 0;
  /** Of the newest symbol; null before the first. */
  #fed: Promise<Fed> | null = null;

  constructor(player: Player, spec: ProgramSpec, seed: number, place: "alone" | "beside others" = "alone") {
    this.#player = player;
    this.#spec = spec;
    this.#seed = seed;
    this.#states = statesOf(spec);
    this.#besideOthers = place === "beside others";
  }

  /** Plays one symbol after the other and starts to read what they left, before anything else is played. */
  #feed(ids: readonly number[]): void {
    for (const id of ids) {
      if (!(id < this.#spec.inputWidth)) throw new Error(`symbol ${id} of ${this.#spec.inputWidth}`);
      this.#id[0] = id;
      this.#player.write("generate.input", this.#id);
      this.#player.play("generate", {});
    }
    this.#fed = this.#read();
    // A sample may be dropped; whoever wants the next symbol hears of a lost device.
    this.#fed.catch(() => {});
  }

  async #read(): Promise<Fed> {
    const kept = this.#besideOthers ? this.#states : [];
    const [probabilities, ...states] = await Promise.all([
      readFloats(this.#player, viewOutputTensor("generate.", "softmax")),
      ...kept.map(({ tensor, units: length }) => readFloats(this.#player, tensor, { offset: 0, length })),
    ]);
    return { probabilities, states };
  }

  /** Starts sample number `sample` from the initial state and reads the symbols of `prefix` (at least one). */
  begin(sample: number, prefix: ArrayLike<number>): void {
    if (prefix.length === 0) throw new Error("generation needs a first symbol");
    for (const { tensor, units } of this.#states) this.#player.write(tensor, new Float32Array(units));
    if (learnsInitialState(this.#spec.layers)) this.#player.play("begin", {});
    this.#feed(Array.from(prefix));
    this.#begun++;
    this.#sample = sample;
    this.#position = 0;
  }

  /** Draws the next symbol and feeds it. Throws before the first `begin`; rejects with `BackendLostError` when the device is gone. */
  async next(temperature: number): Promise<number> {
    if (!this.#fed) throw new Error("a sample must be begun first");
    const begun = this.#begun;
    const draw = uniform(this.#seed, STREAM.generation, this.#sample, this.#position++);
    const { probabilities, states } = await this.#fed;
    const id = drawSymbol(probabilities, temperature, draw);
    if (begun === this.#begun) {
      for (const [i, state] of states.entries()) this.#player.write(this.#states[i]?.tensor ?? "", state);
      this.#feed([id]);
    }
    return id;
  }
}
