/**
 * Training Programs of every kind, and three players of each: one in which transients share memory, one in which each has its
 * own, and one in which each has its own and is filled with NaN before every play. What is not transient must have the same
 * bits in all three: the second says that nobody is overwritten, the third that nobody reads what nobody wrote.
 */
import type { Backend, Player } from "../../src/core/backend.ts";
import { elementCount } from "../../src/core/dims.ts";
import type { LayerChoice, RecurrentLayer } from "../../src/core/layer-choice.ts";
import { USUAL_OPTIMIZERS } from "../../src/core/optimizer-choice.ts";
import type { PhaseName, Plan, Program, ProgramTensor } from "../../src/core/program.ts";
import { uniform } from "../../src/core/rng.ts";
import { buildProgram } from "../../src/engine/build-program.ts";
import type { ProgramSpec } from "../../src/engine/program-spec.ts";
import type { DecoderSettings } from "../../src/engine/sequence-to-sequence/decoder-settings.ts";
import { findOperation } from "../../src/operations/registry.ts";
import { TRAINING_PHASES } from "../../src/operations/training-steps.ts";

const B = 3;
const SOURCE = 4;
const V = 5;

const gru = (units: number, reset: "before" | "after" = "before") =>
  ({ cell: "gru", reset, activation: "tanh", units }) as const;
const lstm = (units: number) => ({ cell: "lstm", units }) as const;
const both = { direction: "both" } as const;
const dense = (activation: "linear" | "tanh" | "softmax") => ({ cell: "dense", activation, units: 4 }) as const;

const BASE: ProgramSpec = {
  ...{ layers: [gru(4), gru(3, "after"), gru(5)], inputWidth: V, outputs: V, input: "tokens", head: "every" },
  ...{ loss: { name: "ce", smoothing: 0 }, optimizer: USUAL_OPTIMIZERS.sgd, T: 7, B, R: 40, K: 1, M: 1 },
  ...{ probeLength: 4, generate: true },
};

const decoder = (
  form: DecoderSettings["form"],
  layers: readonly RecurrentLayer[],
  sampling: DecoderSettings["sampling"] = null,
): Partial<ProgramSpec> => ({
  ...{ layers, masked: true, generate: false, T: 10, embedding: { width: 4 } },
  decoder: { layer: gru(4), form, sourceSteps: SOURCE, boundary: 0, sampling },
});

const ALL_STAGES: readonly LayerChoice[] = [
  { ...lstm(4), ...both, norm: "layer", dropout: 0.3, recurrentDropout: 0.2, initialState: "learned" },
  { ...gru(4), norm: "layer", dropout: 0.3, recurrentDropout: 0.2 },
  { ...dense("tanh"), norm: "layer", dropout: 0.3 },
];

const additive = { score: "additive", width: 3 } as const;
const projected = { score: "dot-projected", width: 3, valueWidth: 2 } as const;

/** Models by name. */
export const TRANSIENT_EXAMPLES: readonly (readonly [string, ProgramSpec])[] = [
  ["three GRUs", {}],
  ["LSTMs under a head on the last step", { layers: [lstm(4), lstm(3), lstm(4)], head: "last" }],
  [
    "an RNN over a UGRNN",
    {
      layers: [
        { cell: "ugrnn", units: 4 },
        { cell: "rnn", activation: "tanh", units: 3 },
      ],
    },
  ],
  ["every stage", { layers: ALL_STAGES, embedding: { width: 3, padding: 0 }, generate: false }],
  ["every stage, masked", { layers: ALL_STAGES, masked: true, generate: false }],
  ["every stage under a head on the last step", { layers: ALL_STAGES, masked: true, head: "last", generate: false }],
  [
    "two layers in both directions, masked",
    {
      layers: [
        { ...gru(4), ...both },
        { ...lstm(3), ...both },
      ],
      masked: true,
    },
  ],
  [
    "dense layers above",
    { layers: [gru(4), dense("softmax"), dense("linear")], input: "features", loss: { name: "mse" } },
  ],
  ["probabilities", { layers: [lstm(3), gru(2)], input: "features", outputs: 2, loss: { name: "bce-prob" } }],
  ["weights of classes", { loss: { name: "ce-weighted", smoothing: 0.1, weights: [1, 2, 0.5, 1, 1] } }],
  ["the gradient of the features", { inputGradient: true, input: "features", loss: { name: "mse" } }],
  ["carried states", { carried: true, layers: [lstm(4), gru(3)] }],
  ["checkpoints", { checkpoint: 3, layers: [lstm(4), { ...gru(3), initialState: "learned" }] }],
  ["truncated windows with checkpoints", { carried: true, truncate: 4, checkpoint: 2, layers: [lstm(4), gru(3)] }],
  ["a truncated window under a head on the last step", { truncate: 3, head: "last", layers: [lstm(4), gru(3)] }],
  ["Bahdanau", decoder({ kind: "bahdanau", attention: additive }, [{ ...gru(2), ...both }])],
  ["Bahdanau over projections", decoder({ kind: "bahdanau", attention: projected }, [gru(4)], { ratio: 0.5, draw: 1 })],
  ["Luong", decoder({ kind: "luong", attention: { score: "dot" } }, [lstm(3), gru(4)])],
  ["Luong over projections", decoder({ kind: "luong", attention: projected }, [gru(4)], { ratio: 0.5, draw: 0 })],
  ["a plain decoder", decoder({ kind: "plain" }, [gru(3), lstm(4)])],
].map(([name, changes]) => [name as string, { ...BASE, ...(changes as Partial<ProgramSpec>) }] as const);

/** Phases between two training steps; the others are played by nobody while a model trains. */
const LOOKS: readonly PhaseName[] = ["evaluate", "predict", "predict-rest", "decode", "probe"];

const NUMBERS: Readonly<Record<string, number>> = { live: B - 1, learningRate: 0.1, first: 1, clip: 1 };

function scalarsOf({ phases }: Program, phase: PhaseName): Readonly<Record<string, number>> {
  const names = (phases[phase] ?? []).flatMap(({ operation }) => findOperation(operation).scalars);
  return Object.fromEntries(names.map((name) => [name, NUMBERS[name] ?? 0]));
}

/** Seeded numbers for what the host writes: parameters, rows, windows. Everything else begins at 0. */
function fill(player: Player, { tensors }: Program): void {
  for (const [stream, { name, type, shape, role }] of tensors.entries()) {
    const elements = elementCount(shape);
    const drawn = Array.from({ length: elements }, (_, i) => uniform(1, stream, 0, i));
    if (name === "starts")
      player.write(
        name,
        Uint32Array.from(drawn, (value) => Math.floor(value * 20)),
      );
    else if (name === "data.mask" || name === "data.present") {
      player.write(
        name,
        Float32Array.from(drawn, (_, i) => (i % 7 === 5 ? 0 : 1)),
      );
    } else if (type === "u32" && role === "data") {
      player.write(
        name,
        Uint32Array.from(drawn, (value) => Math.floor(value * V)),
      );
    } else if (type === "f32" && (role === "data" || role === "parameters")) {
      player.write(
        name,
        Float32Array.from(drawn, (value) => value - 0.5 * Number(role === "parameters")),
      );
    }
  }
}

const NOTHING = () => {};

/** Two rounds of all looks and a training step, with the bits of every lasting tensor behind each play. */
async function playRounds(player: Player, program: Program, before: () => void): Promise<Map<string, Uint32Array>> {
  const found = new Map<string, Uint32Array>();
  const lasting = program.tensors.filter(({ role }) => role !== "transient");
  const keep = async (moment: string) => {
    const read = async ({ name }: ProgramTensor) => {
      const { buffer, byteOffset, length } = await player.read(name);
      found.set(`${name} after ${moment}`, new Uint32Array(buffer, byteOffset, length).slice());
    };
    await Promise.all(lasting.map(read));
  };
  fill(player, program);
  for (let round = 0; round < 2; round++) {
    for (const phase of LOOKS.filter((name) => program.phases[name])) {
      before();
      player.play(phase, scalarsOf(program, phase));
      await keep(`${phase}, round ${round}`);
    }
    before();
    player.playSteps(TRAINING_PHASES, 2, (phase) => scalarsOf(program, phase));
    await keep(`training, round ${round}`);
  }
  return found;
}

/** What differs in a player from the one whose tensors all have memory of their own. */
export interface TransientReport {
  readonly shared: readonly string[];
  readonly poisoned: readonly string[];
  /** What the player of shared memory holds, and what that of the others does. */
  readonly bytes: { readonly shared: number; readonly apart: number };
  /** True where the loss is a number and nothing raised a flag. */
  readonly sound: boolean;
}

/** Plays a Program three times; `poisoned` names what is filled with NaN, all transients by default. */
export async function compareTransients(
  backend: Backend,
  spec: ProgramSpec,
  { plan, poisoned }: { readonly plan?: Plan; readonly poisoned?: (tensor: ProgramTensor) => boolean } = {},
): Promise<TransientReport> {
  const { program } = buildProgram(spec);
  const { trainingStep: _, ...apart } = program;
  const chosen = plan ?? backend.plan(program);
  const poison = program.tensors.filter(poisoned ?? (({ role }) => role === "transient"));
  const play = async (played: Program, spoils: boolean) => {
    const player = await backend.create(played, chosen);
    const spoil = () => {
      for (const { name, shape } of poison) player.write(name, new Float32Array(elementCount(shape)).fill(Number.NaN));
    };
    try {
      return { bits: await playRounds(player, played, spoils ? spoil : NOTHING), bytes: player.bytes };
    } finally {
      player.dispose();
    }
  };
  const wanted = await play(apart, false);
  const differences = ({ bits }: Awaited<ReturnType<typeof play>>) =>
    [...wanted.bits].flatMap(([name, words]) => (words.every((word, i) => word === bits.get(name)?.[i]) ? [] : [name]));
  const shared = await play(program, false);
  const flags = wanted.bits.get("flags after training, round 1");
  const loss = new Float32Array(wanted.bits.get("loss after training, round 1")?.buffer ?? new ArrayBuffer(4));
  return {
    shared: differences(shared),
    poisoned: differences(await play(apart, true)),
    bytes: { shared: shared.bytes, apart: wanted.bytes },
    sound: flags?.[0] === 0 && Number.isFinite(loss[0]) && loss[0] !== 0,
  };
}
