/**
 * What the gate views run over: rows of a held-out example, or symbols that the user typed. Typed text is taken as it
 * is; a symbol outside the vocabulary is refused by name, never replaced.
 */
import { InputError } from "../core/errors.ts";
import type { Dataset, ProbeChoice } from "../core/task.ts";
import type { ProbeSequence } from "../engine/probe.ts";
import type { ProbeWish } from "./protocol.ts";

/** A probe ready to be played, with what the page draws beside it. */
export interface ProbeInput {
  readonly title: string;
  readonly sequence: ProbeSequence; // [length, D] or ids [length]
  /** One per step. */
  readonly labels: readonly string[];
  /** Target rows [length, V] as scaled, or class ids [length], of a source those of its answer; empty where none is known. */
  readonly targets: Float32Array<ArrayBuffer>;
}

/** Ids of a text, code point by code point. Throws `probe-invalid` with the first symbol that the data does not know. */
export function readSymbols(dataset: Dataset, text: string): readonly number[] {
  const { input } = dataset;
  if (input.kind !== "tokens") throw new InputError("probe-invalid", { reason: "not-text" });
  const ids = new Map(input.vocabulary.map((symbol, id) => [symbol, id]));
  return Array.from(text, (symbol) => {
    const id = ids.get(symbol);
    if (id === undefined) throw new InputError("probe-invalid", { reason: "symbol", symbol });
    return id;
  });
}

/** The boundary symbol, where sequences begin with one. */
export function openingOf(dataset: Dataset): readonly number[] {
  const { input } = dataset;
  return input.kind === "tokens" && input.boundary !== null ? [input.boundary] : [];
}

function typedProbe(dataset: Dataset, text: string): ProbeInput {
  const { input } = dataset;
  // A source has no opening symbol: the answer has.
  const ids = [...(dataset.sourceSteps === undefined ? openingOf(dataset) : []), ...readSymbols(dataset, text)];
  if (text === "" || ids.length > dataset.probeLength) {
    throw new InputError("probe-invalid", { reason: "length", length: ids.length, maximum: dataset.probeLength });
  }
  return {
    title: text,
    sequence: Uint32Array.from(ids),
    labels: ids.map((id) => (input.kind === "tokens" ? (input.vocabulary[id] ?? "") : "")),
    targets: new Float32Array(0),
  };
}

/** A source; its targets are the rows of the answer that count. */
function sourceProbe(
  { input, target, mask, length: window }: Dataset,
  choice: ProbeChoice,
  sourceSteps: number,
): ProbeInput {
  const { start, length, title } = choice;
  const sequence = input.rows.slice(start, start + length);
  const answer = Array.from({ length: window - sourceSteps }, (_, t) => start + sourceSteps + t);
  return {
    title,
    sequence,
    labels: Array.from(sequence, (id) => (input.kind === "tokens" ? (input.vocabulary[id] ?? "") : "")),
    targets: Float32Array.from(answer.filter((row) => mask[row] === 1).map((row) => target.rows[row] ?? 0)),
  };
}

/** Throws `probe-invalid` for a choice the data does not offer, and for text that is empty, too long or unknown. */
export function readProbe(dataset: Dataset, wish: ProbeWish): ProbeInput {
  if (wish.kind === "text") return typedProbe(dataset, wish.text);
  const choice = dataset.probes[wish.index];
  if (!choice) throw new InputError("probe-invalid", { reason: "choice", choice: wish.index });
  const { input, target, rowLabels } = dataset;
  const { start, length } = choice;
  if (dataset.sourceSteps !== undefined) return sourceProbe(dataset, choice, dataset.sourceSteps);
  const end = start + length;
  const rows = Array.from({ length }, (_, t) => start + t);
  const symbol = (row: number) => (input.kind === "tokens" ? input.vocabulary[input.rows[row] ?? 0] : undefined);
  const width = input.kind === "features" ? input.columns.length : 1;
  const V = target.kind === "classes" ? 1 : target.columns.length;
  return {
    title: choice.title,
    sequence: input.rows.slice(start * width, end * width),
    labels: rows.map((row) => rowLabels?.[row] ?? symbol(row) ?? `${row + 1}`),
    targets: Float32Array.from(target.rows.subarray(start * V, end * V)),
  };
}
