/**
 * Who takes part, and what each can compute. Gatescope runs every cell in both forms of the GRU, so it meets each peer in
 * that peer's form. Where the list names several of Gatescope's for one kind of device, ratios count from the first.
 */
import type { CellName } from "../src/core/layer-choice.ts";
import type { ResetForm } from "./shape.ts";

/** What a contestant computes on. */
export type BenchBackend = "webgpu" | "cuda" | "wasm" | "cpu";

/** A page of `dist-bench/`, and the package that it needs of `bench/node_modules/`; or a process of Python. */
export type Home =
  | { readonly kind: "page"; readonly page: string; readonly needs?: string }
  | { readonly kind: "python"; readonly threads: "one" | "all"; readonly device: "cpu" | "cuda" };

/** One way of training a shape. */
export interface Entry {
  /** Unique, and what the table calls it. */
  readonly name: string;
  readonly library: string;
  readonly backend: BenchBackend;
  readonly forms: readonly ResetForm[];
  readonly cells: readonly CellName[];
  readonly home: Home;
  /** Handed on to a page: which of its ways of computing. */
  readonly player: string;
}

const OWN = "Gatescope";

const gatescope = (backend: BenchBackend, player: string): Entry => ({
  name: `${OWN} ${player}`,
  library: OWN,
  backend,
  forms: ["before", "after"],
  cells: ["gru", "lstm", "ugrnn", "rnn"],
  home: { kind: "page", page: "contestant.html" },
  player,
});

const tensorflow = (backend: BenchBackend): Entry => ({
  name: `TensorFlow.js ${backend}`,
  library: "TensorFlow.js",
  backend,
  forms: ["before"],
  cells: ["gru"],
  home: { kind: "page", page: "peers/tfjs.html", needs: "@tensorflow/tfjs" },
  player: backend,
});

const jax = (backend: BenchBackend): Entry => ({
  name: `jax-js ${backend}`,
  library: "jax-js",
  backend,
  forms: ["after"],
  cells: ["gru"],
  home: { kind: "page", page: "peers/jax.html", needs: "@jax-js/jax" },
  player: backend,
});

const BRAIN: Entry = {
  name: "brain.js",
  library: "brain.js",
  backend: "cpu",
  forms: ["before"],
  cells: ["gru"],
  home: { kind: "page", page: "peers/brain.html", needs: "brain.js" },
  player: "cpu",
};

const pytorch = (player: string, device: "cpu" | "cuda", threads: "one" | "all"): Entry => ({
  name: `PyTorch ${player}`,
  library: "PyTorch",
  backend: device,
  forms: ["after"],
  cells: ["gru", "lstm", "rnn"],
  home: { kind: "python", threads, device },
  player,
});

/** The player whose losses every other row is checked against. */
export const ORACLE = gatescope("cpu", "cpu");

/** Everybody. */
const ENTRIES: readonly Entry[] = [
  gatescope("webgpu", "webgpu-tuned"),
  gatescope("webgpu", "webgpu-step"),
  gatescope("webgpu", "webgpu-persistent"),
  gatescope("wasm", "wasm"),
  ORACLE,
  tensorflow("webgpu"),
  tensorflow("wasm"),
  tensorflow("cpu"),
  jax("webgpu"),
  jax("wasm"),
  BRAIN,
  pytorch("one thread", "cpu", "one"),
  pytorch("all threads", "cpu", "all"),
  pytorch("cuda", "cuda", "all"),
];

const GROWING = [gatescope("webgpu", "webgpu-tuned").name, gatescope("wasm", "wasm").name];

/** What `--backend` may say: a kind of backend, or one way in which Gatescope computes. */
export const BACKEND_WORDS: readonly string[] = [
  ...new Set(ENTRIES.flatMap((entry) => (isOwn(entry) ? [entry.backend, entry.player] : [entry.backend]))),
];

/** Those who are wished for. An empty list of backends wishes for all. */
export function chooseEntries(backends: readonly string[], peers: boolean): readonly Entry[] {
  return ENTRIES.filter((entry) => {
    if (!isOwn(entry)) return peers && (backends.length === 0 || backends.includes(entry.backend));
    return backends.length === 0 || backends.includes(entry.backend) || backends.includes(entry.player);
  });
}

/** Those whose growth is measured: what Gatescope chooses with a GPU and without one. */
export function chooseGrowing(entries: readonly Entry[]): readonly Entry[] {
  return entries.filter(({ name }) => GROWING.includes(name));
}

/** True for the contestants that the product itself brings. */
export function isOwn({ library }: Pick<Entry, "library">): boolean {
  return library === OWN;
}

/** True for contestants on a GPU, or on what stands in for one; ratios are taken within a kind of device. */
export function usesGpu({ backend }: { readonly backend: string }): boolean {
  return backend === "webgpu" || backend === "cuda";
}
