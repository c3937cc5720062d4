/**
 * Who takes part, and what each can compute. Gatescope runs every cell in both forms of the GRU, so it meets each peer in
 * that peer's form; the first of its contestants in the list is the one that ratios are counted from.
 */
import type { CellName } from "../src/core/layer-choice.ts";
import type { ResetForm } from "./shape.ts";

/** What a contestant computes on. */
export type BenchBackend = "webgpu" | "wasm" | "cpu";

/** One way of training a shape. */
export interface Entry {
  /** Unique, and what the table calls it. */
  readonly name: string;
  readonly library: string;
  readonly backend: BenchBackend;
  readonly forms: readonly ResetForm[];
  readonly cells: readonly CellName[];
  /** A page of `dist-bench/`. */
  readonly page: string;
  /** Handed on to the page. */
  readonly player: string;
}

const GATESCOPE = {
  library: "Gatescope",
  forms: ["before", "after"],
  cells: ["gru", "lstm", "ugrnn", "rnn"],
  page: "contestant.html",
} as const;

const gatescope = (backend: BenchBackend, player: string): Entry => ({
  ...GATESCOPE,
  name: `Gatescope ${player}`,
  backend,
  player,
});

/** The player whose losses every other row is checked against. */
export const ORACLE = gatescope("cpu", "cpu");

/** Everybody, in the order of the table. */
const ENTRIES: readonly Entry[] = [
  gatescope("webgpu", "webgpu"),
  gatescope("webgpu", "webgpu-step"),
  gatescope("webgpu", "webgpu-persistent"),
  ORACLE,
];

/** What `--backend` may say: a kind of backend, or one way in which Gatescope computes. */
export const BACKEND_WORDS: readonly string[] = [
  ...new Set(ENTRIES.flatMap(({ backend, player }) => [backend, player])),
];

/** Those who are wished for. An empty list of backends wishes for all. */
export function chooseEntries(backends: readonly string[], peers: boolean): readonly Entry[] {
  return ENTRIES.filter(({ library, backend, player }) => {
    if (library !== GATESCOPE.library && !peers) return false;
    return backends.length === 0 || backends.includes(backend) || backends.includes(player);
  });
}

/** True for the contestants that the product itself brings. */
export function isOwn({ library }: Pick<Entry, "library">): boolean {
  return library === GATESCOPE.library;
}
