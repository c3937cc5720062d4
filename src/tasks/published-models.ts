/**
 * Published models as presets. Layers, lengths, losses and optimizers are those of the models; their data were random
 * numbers, or cannot be passed on, so each learns from a built-in task with structure to find. Steps are stated for seed 1.
 */
import type { Experiment, TaskChoice } from "../core/experiment.ts";
import type { LayerChoice } from "../core/layer-choice.ts";
import { USUAL_OPTIMIZERS } from "../core/optimizer-choice.ts";
import type { Publication, PublishedModel } from "../core/published-model.ts";
import { fixedLength } from "../core/task-rules.ts";
import { USUAL_TRAINING } from "../core/usual-training.ts";

const CHO: Publication = {
  title: "Cho et al. 2014, Learning Phrase Representations using RNN Encoder–Decoder (the cell: reset before)",
  url: "https://arxiv.org/abs/1406.1078",
};
const ADAM: Publication = {
  title: "Kingma & Ba 2015, Adam: A Method for Stochastic Optimization",
  url: "https://arxiv.org/abs/1412.6980",
};
const OLAH: Publication = {
  title: "Olah 2015, Understanding LSTM Networks (the cell with W·[h, x] and the same sign of z)",
  url: "https://colah.github.io/posts/2015-08-Understanding-LSTMs/",
};
const WERBOS: Publication = {
  title: "Werbos 1990, Backpropagation Through Time: What It Does and How to Do It",
  url: "https://doi.org/10.1109/5.58337",
};
const LE: Publication = {
  title: "Le, Jaitly & Hinton 2015, A Simple Way to Initialize Recurrent Networks of Rectified Linear Units",
  url: "https://arxiv.org/abs/1504.00941",
};
const PASCANU: Publication = {
  title: "Pascanu, Mikolov & Bengio 2013, On the Difficulty of Training Recurrent Neural Networks (clipping)",
  url: "https://arxiv.org/abs/1211.5063",
};
const COLLINS: Publication = {
  title: "Collins, Sohl-Dickstein & Sussillo 2017, Capacity and Trainability in Recurrent Neural Networks (UGRNN)",
  url: "https://arxiv.org/abs/1611.09913",
};
const HOCHREITER: Publication = {
  title: "Hochreiter & Schmidhuber 1997, Long Short-Term Memory",
  url: "https://doi.org/10.1162/neco.1997.9.8.1735",
};
const ELMAN: Publication = {
  title: "Elman 1990, Finding Structure in Time",
  url: "https://doi.org/10.1207/s15516709cog1402_1",
};
const GRAVES: Publication = {
  title: "Graves, Mohamed & Hinton 2013, Speech Recognition with Deep Recurrent Neural Networks",
  url: "https://arxiv.org/abs/1303.5778",
};

const WAVES: TaskChoice = { name: "noisy-waves" };
const SWEEPS: TaskChoice = { name: "sweep-direction" };
const GRAMMAR: TaskChoice = { name: "reber-grammar" };
/** Long enough that held-out sequences need not repeat training's, short enough for a cell without gates. */
const RECALL: TaskChoice = { name: "delayed-recall", symbols: 4, lag: 12 };

/** The tutorials' sequences have ten steps. */
const TEN_STEPS = 10;

type Training = Experiment["training"];

/** A model on a task: Adam on mini-batches of 32, nothing clipped, unless `training` says otherwise. */
function published(
  task: TaskChoice,
  model: Pick<Experiment["model"], "layers" | "head"> & Partial<Experiment["model"]>,
  training: Partial<Training>,
): Experiment {
  return {
    version: 1,
    task,
    model: { initialMemory: 0, ...model },
    training: {
      ...USUAL_TRAINING,
      learningRate: 0.01,
      clipNorm: null,
      batch: 32,
      length: fixedLength(task) ?? TEN_STEPS,
      evaluateEvery: 10,
      ...training,
    },
    seed: 1,
  };
}

const gru = (units: number, activation: "tanh" | "relu" = "tanh"): LayerChoice => ({
  cell: "gru",
  reset: "before",
  activation,
  units,
});

const reluGru = (training: Partial<Training>, start: Partial<Experiment["model"]> = {}) =>
  published(WAVES, { layers: [gru(10, "relu")], head: "last", ...start }, training);

const classifier = (layer: LayerChoice) => published(RECALL, { layers: [layer], head: "last" }, {});

/** Every published model, in the order of the page's cards. */
export const PUBLISHED_MODELS: readonly PublishedModel[] = [
  {
    name: "gru-regression",
    variants: [
      {
        name: "gru-regression",
        experiment: published(WAVES, { layers: [gru(64), gru(32)], head: "last" }, { learningRate: 0.003 }),
        steps: 20,
      },
    ],
    sources: [CHO, ADAM],
  },
  {
    name: "gru-binary",
    variants: [
      {
        name: "gru-binary",
        experiment: published(SWEEPS, { layers: [gru(64), gru(32)], head: "last" }, { length: 100, evaluateEvery: 12 }),
        steps: 12,
      },
    ],
    sources: [CHO, ADAM],
  },
  {
    name: "bare-gru",
    variants: [
      { name: "bare-gru", experiment: published(WAVES, { layers: [gru(16)], head: "every" }, {}), steps: 40 },
      {
        name: "bare-gru-cross-entropy",
        experiment: published(GRAMMAR, { layers: [gru(16)], head: "every" }, {}),
        steps: 40,
      },
    ],
    sources: [OLAH, CHO, WERBOS],
  },
  {
    name: "relu-gru",
    variants: [
      { name: "relu-gru", experiment: reluGru({}), steps: 60 },
      { name: "relu-gru-full-batch", experiment: reluGru({ batch: "all" }), steps: 20 },
      { name: "relu-gru-clipped", experiment: reluGru({ clipNorm: 0.5 }), steps: 60 },
      {
        name: "relu-gru-decayed",
        experiment: reluGru({ learningRate: 0.03, schedule: { name: "exponential", decay: 0.98 } }),
        steps: 60,
      },
      {
        name: "relu-gru-weight-decay",
        experiment: reluGru({ optimizer: { ...USUAL_OPTIMIZERS.adamw, weightDecay: 0.1 } }),
        steps: 60,
      },
      {
        name: "relu-gru-identity",
        experiment: reluGru({}, { initialisation: { input: "he-normal", recurrent: "identity" } }),
        steps: 60,
      },
      {
        name: "relu-gru-uniform",
        experiment: reluGru({}, { initialisation: { input: "uniform", recurrent: "uniform" } }),
        steps: 60,
      },
      { name: "relu-gru-remembering", experiment: reluGru({}, { initialMemory: 1 }), steps: 60 },
    ],
    sources: [CHO, LE, PASCANU],
  },
  {
    name: "update-gate-only",
    variants: [
      { name: "update-gate-only", experiment: classifier({ cell: "ugrnn", units: 32 }), steps: 100 },
      { name: "lstm-instead", experiment: classifier({ cell: "lstm", units: 32 }), steps: 120 },
      { name: "rnn-instead", experiment: classifier({ cell: "rnn", activation: "tanh", units: 32 }), steps: 100 },
    ],
    sources: [COLLINS, HOCHREITER, ELMAN],
  },
  {
    name: "deep-recurrence",
    variants: [
      {
        name: "deep-recurrence",
        experiment: published(GRAMMAR, { layers: [gru(24), gru(24), gru(24)], head: "every" }, {}),
        steps: 30,
      },
    ],
    sources: [GRAVES, HOCHREITER],
  },
];
