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

/** Generates with the run's parameters. One sample at a time; `begin` drops the one before. */
export class Generator {
  readonly #player: Player;
  readonly #spec: ProgramSpec;
  readonly #seed: number;
  readonly #id = new Uint32Array(1);
  #sample = 0;
  #position = 0;
  /** Counts `begin`, so that a draw that was under way then does not feed the new sample. */
  #begun = 0;

  constructor(player: Player, spec: ProgramSpec, seed: number) {
    this.#player = player;
    this.#spec = spec;
    this.#seed = seed;
  }

  #feed(id: number): void {
    if (!(id < this.#spec.inputWidth)) throw new Error(`symbol ${id} of ${this.#spec.inputWidth}`);
    this.#id[0] = id;
    this.#player.write("generate.input", this.#id);
    this.#player.play("generate", {});
  }

  /** Starts sample number `sample` from the initial state and reads the symbols of `prefix` (at least one). */
  begin(sample: number, prefix: ArrayLike<number>): void {
    if (prefix.length === 0) throw new Error("generation needs a first symbol");
    this.#spec.layers.forEach((layer, index) => {
      if (!isRecurrent(layer)) return;
      for (const state of ["h", ...findCell(layer).extraStates]) {
        this.#player.write(TENSOR.state(index, state, "generate."), new Float32Array(layer.units));
      }
    });
    if (learnsInitialState(this.#spec.layers)) this.#player.play("begin", {});
    for (const id of Array.from(prefix)) this.#feed(id);
    this.#begun++;
    this.#sample = sample;
    this.#position = 0;
  }

  /** Draws the next symbol and feeds it. Rejects with `BackendLostError` when the device is gone. */
  async next(temperature: number): Promise<number> {
    const begun = this.#begun;
    const draw = uniform(this.#seed, STREAM.generation, this.#sample, this.#position++);
    const probabilities = await readFloats(this.#player, viewOutputTensor("generate.", "softmax"));
    const id = drawSymbol(probabilities, temperature, draw);
    if (begun === this.#begun) this.#feed(id);
    return id;
  }
}
