/**
 * Beam search: follows the `width` likeliest beginnings of an answer side by side. The model plays on the device, one step
 * for all of them; the host only compares sums of log-probabilities and says which beginnings go on. Width 1 is greedy.
 */
import type { Player } from "../../core/backend.ts";
import { findCell } from "../cells/find-cell.ts";
import { type ProgramSpec, spokenSteps } from "../program-spec.ts";
import { readFloats } from "../read-tensor.ts";
import { TENSOR } from "../tensor-names.ts";
import { DECODER_TENSOR } from "./decoder-parts.ts";
import type { DecoderSettings } from "./decoder-settings.ts";
import { checkSource } from "./sequence-probe.ts";
import { BEAM_ROWS, SEQUENCE_VIEW } from "./sequence-views.ts";

/** An answer without its closing symbol. */
export interface BeamAnswer {
  readonly ids: readonly number[];
  /** log p of the symbols, the closing one included where the answer closes. */
  readonly logProbability: number;
  /** False where the steps ended before the answer did. */
  readonly closed: boolean;
}

/** A beginning that is still followed, and the row of the states it stands in. */
interface Beginning {
  readonly ids: readonly number[];
  readonly logProbability: number;
  readonly row: number;
}

/** Searches with the run's parameters. One search at a time; training may go on between its steps. */
export class BeamDecoder {
  readonly #player: Player;
  readonly #spec: ProgramSpec;
  readonly #settings: DecoderSettings;

  constructor(player: Player, spec: ProgramSpec, settings: DecoderSettings) {
    this.#player = player;
    this.#spec = spec;
    this.#settings = settings;
  }

  /**
   * The `width` likeliest answers found, likeliest first. Throws `probe-invalid` for a source that is empty, too long or
   * has unknown symbols, and an error for a width that is no whole number from 1 to `BEAM_ROWS`.
   */
  async search(source: Uint32Array, width: number): Promise<readonly BeamAnswer[]> {
    if (!(Number.isInteger(width) && width >= 1 && width <= BEAM_ROWS)) {
      throw new Error(`a beam of ${width} rows, not 1 to ${BEAM_ROWS}`);
    }
    this.#read(source);
    const { boundary } = this.#settings;
    const steps = spokenSteps(this.#spec);
    const found: BeamAnswer[] = [];
    let open: readonly Beginning[] = [{ ids: [], logProbability: 0, row: 0 }];
    for (let step = 0; step < steps && open.length > 0; step++) {
      const likeliest = (await this.#continuations(open)).slice(0, width);
      for (const { ids, logProbability } of likeliest) {
        const closed = ids.at(-1) === boundary;
        if (closed) found.push({ ids: ids.slice(0, -1), logProbability, closed });
        else if (step === steps - 1) found.push({ ids, logProbability, closed });
      }
      found.sort((a, b) => b.logProbability - a.logProbability);
      // Going on only makes an answer less likely.
      const bar = found[width - 1]?.logProbability ?? Number.NEGATIVE_INFINITY;
      open = likeliest.filter(({ ids, logProbability }) => ids.at(-1) !== boundary && logProbability > bar);
      if (step < steps - 1 && open.length > 0) open = await this.#keep(open);
    }
    return found.slice(0, width);
  }

  /** Reads the source into every row, so that each can take any beginning. */
  #read(source: Uint32Array): void {
    checkSource(this.#spec, this.#settings, source);
    const S = this.#settings.sourceSteps;
    const symbols = new Uint32Array(S * BEAM_ROWS);
    const mask = new Float32Array(S * BEAM_ROWS);
    for (const [s, id] of source.entries()) {
      symbols.fill(id, s * BEAM_ROWS, (s + 1) * BEAM_ROWS);
      mask.fill(1, s * BEAM_ROWS, (s + 1) * BEAM_ROWS);
    }
    this.#player.write(SEQUENCE_VIEW.source("generate."), symbols);
    this.#player.write(TENSOR.mask("generate."), mask);
    const { layer } = this.#settings;
    const zero = new Float32Array(BEAM_ROWS * layer.units);
    for (const name of findCell(layer).extraStates) this.#player.write(DECODER_TENSOR.state(name, "generate."), zero);
    this.#player.play("encode", {});
  }

  /** Every beginning with every symbol behind it, likeliest first; of equals the earlier beginning and the lower symbol. */
  async #continuations(open: readonly Beginning[]): Promise<readonly Beginning[]> {
    const V = this.#spec.outputs;
    const entering = new Uint32Array(BEAM_ROWS);
    for (const { ids, row } of open) entering[row] = ids.at(-1) ?? this.#settings.boundary;
    this.#player.write(SEQUENCE_VIEW.ids("generate."), entering);
    this.#player.play("generate", {});
    const outputs = await readFloats(this.#player, SEQUENCE_VIEW.outputs("generate."), {
      offset: 0,
      length: BEAM_ROWS * V,
    });
    const all = open.flatMap(({ ids, logProbability, row }) =>
      Array.from({ length: V }, (_, v) => ({
        ids: [...ids, v],
        logProbability: logProbability + Math.log(outputs[row * V + v] ?? 0),
        row,
      })),
    );
    return all.sort((a, b) => b.logProbability - a.logProbability);
  }

  /** Moves the states of the beginnings that go on into rows of their own, as the start of the next step. */
  async #keep(open: readonly Beginning[]): Promise<readonly Beginning[]> {
    const { layer } = this.#settings;
    const H = layer.units;
    for (const name of ["h", ...findCell(layer).extraStates]) {
      const tensor = DECODER_TENSOR.state(name, "generate.");
      const rows = await readFloats(this.#player, tensor, { offset: BEAM_ROWS * H, length: BEAM_ROWS * H });
      const kept = new Float32Array(BEAM_ROWS * H);
      for (const [to, { row }] of open.entries()) kept.set(rows.subarray(row * H, (row + 1) * H), to * H);
      this.#player.write(tensor, kept);
    }
    return open.map((beginning, row) => ({ ...beginning, row }));
  }
}
