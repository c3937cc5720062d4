/**
 * The table of the experiment's numeric fields: range, default, scale, unit and when a change acts, each stated once.
 * Validation, controls, help and the refusal sentences all read it. Labels and help texts are keyed by `path` in i18n.
 */

/** When a change takes effect: in the running training, or with the next run. */
export type Acts = "live" | "next-run";

/** One numeric field. `layers[].units` stands for that field of every layer. */
export interface FieldRange {
  readonly path: string;
  readonly minimum: number;
  readonly maximum: number;
  readonly default: number;
  readonly integer: boolean;
  /** How a slider moves through the range. */
  readonly scale: "linear" | "log";
  /** i18n key of the unit, or null for a bare number. */
  readonly unit: "steps" | "rows" | "units" | "symbols" | "evaluations" | null;
  readonly acts: Acts;
  /** What a document means that leaves the field out; null where it then has no such thing. */
  readonly whenLeftOut: number | null;
}

const field = (
  path: string,
  range: readonly [minimum: number, maximum: number],
  initial: number,
  rest: Partial<Pick<FieldRange, "integer" | "scale" | "unit" | "acts" | "whenLeftOut">> = {},
): FieldRange => ({
  path,
  minimum: range[0],
  maximum: range[1],
  default: initial,
  integer: rest.integer ?? false,
  scale: rest.scale ?? "linear",
  unit: rest.unit ?? null,
  acts: rest.acts ?? "next-run",
  whenLeftOut: rest.whenLeftOut ?? null,
});

/** Every numeric field of an experiment. */
export const FIELD_RANGES = {
  seed: field("seed", [0, 4294967295], 1, { integer: true }),
  units: field("model.layers[].units", [1, 1024], 32, { integer: true, scale: "log", unit: "units" }),
  dropout: field("model.layers[].dropout", [0, 0.9], 0, { whenLeftOut: 0 }),
  recurrentDropout: field("model.layers[].recurrentDropout", [0, 0.9], 0, { whenLeftOut: 0 }),
  embeddingWidth: field("model.embedding.width", [1, 1024], 16, { integer: true, scale: "log", unit: "units" }),
  paddingId: field("model.embedding.padding", [0, 1_000_000], 0, { integer: true }),
  initialMemory: field("model.initialMemory", [-10, 10], 0),
  layerMemory: field("model.layers[].initialMemory", [-10, 10], 0),
  attentionWidth: field("model.decoder.context.attention.width", [1, 1024], 32, {
    integer: true,
    scale: "log",
    unit: "units",
  }),
  attentionValueWidth: field("model.decoder.context.attention.valueWidth", [1, 1024], 32, {
    integer: true,
    scale: "log",
    unit: "units",
  }),
  givenShare: field("model.decoder.sampling.givenShare", [0, 1], 0.75),
  learningRate: field("training.learningRate", [1e-7, 1e6], 0.01, { scale: "log", acts: "live" }),
  clipNorm: field("training.clipNorm", [1e-6, 1e6], 1, { scale: "log", acts: "live" }),
  clipValue: field("training.clipValue", [1e-6, 1e6], 1, { scale: "log", acts: "live" }),
  l1: field("training.l1", [0, 1], 0),
  batch: field("training.batch", [1, 1024], 32, { integer: true, scale: "log", unit: "rows" }),
  length: field("training.length", [1, 4096], 30, { integer: true, scale: "log", unit: "steps" }),
  evaluateEvery: field("training.evaluateEvery", [1, 100000], 20, { integer: true, scale: "log", unit: "steps" }),
  truncate: field("training.truncate", [1, 4096], 10, { integer: true, scale: "log", unit: "steps" }),
  checkpoint: field("training.checkpoint", [1, 4096], 8, { integer: true, scale: "log", unit: "steps" }),
  beta1: field("training.optimizer.beta1", [0, 0.999999], 0.9),
  beta2: field("training.optimizer.beta2", [0, 0.999999], 0.999),
  epsilon: field("training.optimizer.epsilon", [1e-30, 1], 1e-8, { scale: "log" }),
  momentum: field("training.optimizer.momentum", [0, 0.999999], 0),
  alpha: field("training.optimizer.alpha", [0, 0.999999], 0.99),
  weightDecay: field("training.optimizer.weightDecay", [0, 1], 0),
  gamma: field("training.schedule.gamma", [1e-6, 1], 0.5, { scale: "log" }),
  decay: field("training.schedule.decay", [0.5, 1], 0.999),
  every: field("training.schedule.every", [1, 1_000_000], 1000, { integer: true, scale: "log", unit: "steps" }),
  total: field("training.schedule.total", [1, 10_000_000], 2000, { integer: true, scale: "log", unit: "steps" }),
  floor: field("training.schedule.floor", [0, 1], 0),
  firstCycle: field("training.schedule.firstCycle", [1, 1_000_000], 500, {
    integer: true,
    scale: "log",
    unit: "steps",
  }),
  cycleGrowth: field("training.schedule.cycleGrowth", [1, 10], 2, { integer: true }),
  warmup: field("training.schedule.warmup", [1, 1_000_000], 100, { integer: true, scale: "log", unit: "steps" }),
  start: field("training.schedule.start", [0, 1], 0.1),
  power: field("training.schedule.power", [0.1, 10], 1, { scale: "log" }),
  factor: field("training.schedule.factor", [0.001, 0.999], 0.5),
  patience: field("training.schedule.patience", [0, 1000], 5, { integer: true, unit: "evaluations" }),
  threshold: field("training.schedule.threshold", [0, 1], 1e-4),
  cooldown: field("training.schedule.cooldown", [0, 1000], 0, { integer: true, unit: "evaluations" }),
  stopPatience: field("training.earlyStopping.patience", [1, 1000], 10, { integer: true, unit: "evaluations" }),
  minimumDelta: field("training.earlyStopping.minimumDelta", [0, 1e6], 0),
  pruneShare: field("training.pruning.share", [0, 0.999], 0.8),
  pruneStep: field("training.pruning.step", [1, 10_000_000], 500, { integer: true, scale: "log", unit: "steps" }),
  pruneFrom: field("training.pruning.from", [0, 10_000_000], 200, { integer: true, unit: "steps" }),
  pruneEvery: field("training.pruning.every", [1, 1_000_000], 50, { integer: true, scale: "log", unit: "steps" }),
  pruneTimes: field("training.pruning.times", [1, 1000], 10, { integer: true, scale: "log" }),
  delta: field("training.loss.delta", [1e-3, 1000], 1, { scale: "log" }),
  smoothing: field("training.loss.smoothing", [0, 0.9], 0.1),
  positiveWeight: field("training.loss.positiveWeight", [1e-3, 1e3], 1, { scale: "log" }),
  classWeight: field("training.loss.weights[]", [0, 1e6], 1),
  lag: field("task.lag", [1, 1024], 16, { integer: true, scale: "log", unit: "steps" }),
  symbols: field("task.symbols", [2, 64], 4, { integer: true, unit: "symbols" }),
} as const satisfies Readonly<Record<string, FieldRange>>;

/** Name of a field in the table. */
export type FieldName = keyof typeof FIELD_RANGES;

/** Layers that a model may stack. */
export const LAYER_COUNT = { minimum: 1, maximum: 4 } as const;
