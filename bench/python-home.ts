/**
 * PyTorch's contestants: a process of `peers/pytorch.py` each, spoken to in lines of JSON. They wait in silence while others
 * are measured. `PYTHON` names another interpreter than the `python3` that is found.
 */
import { type ChildProcessWithoutNullStreams, spawn, spawnSync } from "node:child_process";
import { availableParallelism } from "node:os";
import { createInterface, type Interface } from "node:readline";
import { type GoldenCellKind, parametersToGolden } from "../src/interop/golden-cells.ts";
import { swapLeadingAxes } from "../src/interop/golden-file.ts";
import type { Weights } from "./contest.ts";
import { drawData } from "./data.ts";
import { BrokenContestantError, type OpenEntry } from "./rounds.ts";
import type { NamedShape } from "./shape.ts";

const SCRIPT = "bench/peers/pytorch.py";

/** Cells whose parameters the golden files' conversion writes as PyTorch has them. */
const KINDS: Readonly<Record<string, GoldenCellKind>> = { gru: "gru_v3", lstm: "lstm", rnn: "rnn_tanh" };

/** An interpreter that can import torch; null where none can. */
export function findPython(): string | null {
  const wished = process.env.PYTHON ? [process.env.PYTHON] : ["python3", "/usr/bin/python3"];
  return wished.find((python) => spawnSync(python, ["-c", "import torch"], { stdio: "ignore" }).status === 0) ?? null;
}

/** Opens the contestants of an interpreter. */
export function openPython(python: string | null): OpenEntry {
  return async ({ home }, shape, steps) => {
    if (home.kind !== "python") throw new Error("this contestant lives in a page");
    if ((shape.M ?? 1) > 1) throw new Error("this contestant trains one model, not several side by side");
    if (python === null) throw new Error('PyTorch is not installed: python3 -c "import torch" fails');
    const process = startProcess(python);
    try {
      const ready = await process.read();
      if (home.device === "cuda" && ready.cuda !== true) throw new Error("this machine has no CUDA device");
      const threads = home.threads === "one" ? 1 : availableParallelism();
      const opened = await process.ask({ open: { ...describeBatch(shape), threads, device: home.device, steps } });
      return {
        variant: String(opened.variant),
        firstStepMs: Number(opened.firstStepMs),
        losses: Array.isArray(opened.losses) ? opened.losses.map(Number) : [],
        async measure(seconds) {
          const { steps: count, stepMs } = await process.ask({ measure: seconds });
          return { steps: Number(count), stepMs: Number(stepMs) };
        },
        close: async () => process.stop(),
      };
    } catch (error) {
      process.stop();
      throw error;
    }
  };
}

type Answer = Readonly<Record<string, unknown>>;

interface Process {
  read(): Promise<Answer>;
  ask(command: object): Promise<Answer>;
  stop(): void;
}

function startProcess(python: string): Process {
  const child = spawn(python, [SCRIPT]);
  const lines = createInterface({ input: child.stdout });
  const trouble = collectTrouble(child);
  // Writing to a process that has ended is noticed by the read behind it, which says why.
  child.stdin.on("error", () => undefined);
  const answers = readLines(lines);
  const read = async () => {
    const { value, done } = await answers.next();
    if (done)
      throw new BrokenContestantError(`Python ended: ${trouble().trim().split("\n").at(-1) ?? "without a word"}`);
    const answer: Answer = JSON.parse(value);
    if (typeof answer.error === "string") throw new BrokenContestantError(answer.error);
    return answer;
  };
  return {
    read,
    async ask(command) {
      child.stdin.write(`${JSON.stringify(command)}\n`);
      return read();
    },
    stop() {
      child.stdin.end();
      lines.close();
    },
  };
}

function collectTrouble({ stderr }: ChildProcessWithoutNullStreams): () => string {
  let text = "";
  stderr.on("data", (data) => {
    text += String(data);
  });
  return () => text;
}

/** The lines of a stream, one for each call; listening begins at once, so that none is lost. */
function readLines(lines: Interface): AsyncIterator<string> {
  return lines[Symbol.asyncIterator]();
}

const encode = ({ buffer, byteOffset, byteLength }: Float32Array | Int32Array) =>
  Buffer.from(buffer, byteOffset, byteLength).toString("base64");

/** Batch and weights as the script takes them: little-endian, in base64. */
function describeBatch(shape: NamedShape["shape"]) {
  const { x, y, weights = {} } = drawData(shape);
  const { I, H, out, cell } = shape;
  const layers = H.map((units, l) => layerOf(weights, { cell, layer: l, D: H[l - 1] ?? I, H: units }));
  const top = H.at(-1)!;
  const W = swapLeadingAxes(weights["head.W"]!, { outer: top, inner: out, width: 1 });
  return { shape, x: encode(x), y: encode(y), layers, head: { weight: encode(W), bias: encode(weights["head.b"]!) } };
}

interface LayerPlace {
  readonly cell: string;
  readonly layer: number;
  readonly D: number;
  readonly H: number;
}

/** A layer's weights under PyTorch's names, with its order of gates and its sign of z. */
function layerOf(weights: Weights, { cell, layer, D, H }: LayerPlace): Readonly<Record<string, string>> {
  const kind = KINDS[cell];
  if (!kind) throw new Error(`PyTorch has no layer of cells ${cell}`);
  const named = parametersToGolden(kind, { D, H }, (name) => weights[`layers.${layer}.${name}`]!);
  return Object.fromEntries([...named].map(([name, part]) => [name, encode(part)]));
}
