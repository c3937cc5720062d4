/**
 * What predictions are worth, in f64 on the host: errors of numbers, hits of yes and no, hits and surprise of classes.
 * Predictions of classes and of yes and no are logits, so that no probability of 0 or 1 ever meets a logarithm.
 */

/** Errors of predicted numbers. `r2` and `pearson` are not finite where the targets, or the predictions, are constant. */
export interface RegressionMetrics {
  readonly mse: number;
  readonly rmse: number;
  readonly mae: number;
  readonly maxError: number;
  /** 1 − Σ(p − t)² / Σ(t − mean)²: 0 for the best constant, below it for worse. */
  readonly r2: number;
  /** Correlation of predictions and targets. */
  readonly pearson: number;
}

const mean = (values: ArrayLike<number>) => Array.from(values).reduce((sum, value) => sum + value, 0) / values.length;

/** Metrics of pairs of numbers. */
export function regressionMetrics(predicted: ArrayLike<number>, target: ArrayLike<number>): RegressionMetrics {
  const count = target.length;
  const centre = { p: mean(predicted), t: mean(target) };
  let squared = 0;
  let absolute = 0;
  let maxError = 0;
  const spread = { pp: 0, pt: 0, tt: 0 };
  for (let i = 0; i < count; i++) {
    const p = predicted[i] ?? Number.NaN;
    const t = target[i] ?? Number.NaN;
    const error = Math.abs(p - t);
    squared += error * error;
    absolute += error;
    maxError = Math.max(maxError, error);
    spread.pp += (p - centre.p) ** 2;
    spread.pt += (p - centre.p) * (t - centre.t);
    spread.tt += (t - centre.t) ** 2;
  }
  const mse = squared / count;
  return {
    mse,
    rmse: Math.sqrt(mse),
    mae: absolute / count,
    maxError,
    r2: 1 - squared / spread.tt,
    pearson: spread.pt / Math.sqrt(spread.pp * spread.tt),
  };
}

/** Hits of predicted yes (logit ≥ 0) and no. Precision, recall and F1 are 0 where nothing was found. */
export interface BinaryMetrics {
  readonly accuracy: number;
  readonly truePositive: number;
  readonly falsePositive: number;
  readonly falseNegative: number;
  readonly trueNegative: number;
  readonly precision: number;
  readonly recall: number;
  readonly f1: number;
  /** Chance that a yes has a larger logit than a no, equal ones counting half; NaN without both. */
  readonly auc: number;
  /** Mean cross-entropy in nats. */
  readonly crossEntropy: number;
}

/** Area under the ROC curve by ranks: sorted once, equal logits share the mean of their ranks. */
function areaUnderCurve(logits: ArrayLike<number>, target: ArrayLike<number>): number {
  const order = Array.from(logits, (logit, i) => ({ logit, yes: target[i] === 1 }));
  order.sort((a, b) => a.logit - b.logit);
  let rankSum = 0;
  for (let first = 0; first < order.length; ) {
    let end = first;
    while (end < order.length && order[end]?.logit === order[first]?.logit) end++;
    // Ranks count from 1: first + 1 … end.
    const shared = (first + 1 + end) / 2;
    rankSum += shared * order.slice(first, end).filter(({ yes }) => yes).length;
    first = end;
  }
  const yes = order.filter((entry) => entry.yes).length;
  return (rankSum - (yes * (yes + 1)) / 2) / (yes * (order.length - yes));
}

/** Metrics of logits against targets that are 0 or 1. */
export function binaryMetrics(logits: ArrayLike<number>, target: ArrayLike<number>): BinaryMetrics {
  const hits = { truePositive: 0, falsePositive: 0, falseNegative: 0, trueNegative: 0 };
  let surprise = 0;
  for (let i = 0; i < target.length; i++) {
    const logit = logits[i] ?? Number.NaN;
    const yes = target[i] === 1;
    if (logit >= 0) hits[yes ? "truePositive" : "falsePositive"]++;
    else hits[yes ? "falseNegative" : "trueNegative"]++;
    const wrong = yes ? -logit : logit;
    surprise += Math.max(wrong, 0) + Math.log1p(Math.exp(-Math.abs(wrong)));
  }
  const { truePositive, falsePositive, falseNegative, trueNegative } = hits;
  const share = (part: number, whole: number) => (whole === 0 ? 0 : part / whole);
  return {
    ...hits,
    accuracy: (truePositive + trueNegative) / target.length,
    precision: share(truePositive, truePositive + falsePositive),
    recall: share(truePositive, truePositive + falseNegative),
    f1: share(2 * truePositive, 2 * truePositive + falsePositive + falseNegative),
    auc: areaUnderCurve(logits, target),
    crossEntropy: surprise / target.length,
  };
}

/** Hits and surprise of predicted classes. */
export interface ClassMetrics {
  readonly accuracy: number;
  /** Mean negative log-likelihood in nats. */
  readonly surprise: number;
  readonly perplexity: number;
  /** The surprise in bits. */
  readonly bitsPerSymbol: number;
  /** Share of targets among the k largest logits, for k = 1 … C; of equal logits the first counts as larger. */
  readonly topShares: readonly number[];
  /** Counts [C, C]: row = target, column = prediction. */
  readonly confusion: Uint32Array;
}

/** Classes whose logit stands before that of class `id` when the largest come first. */
export function rankOf(logits: ArrayLike<number>, id: number): number {
  const own = logits[id] ?? Number.NaN;
  let rank = 0;
  for (let v = 0; v < logits.length; v++) {
    const logit = logits[v] ?? Number.NaN;
    if (logit > own || (logit === own && v < id)) rank++;
  }
  return rank;
}

/** Metrics of logits [N, C] against class ids [N]. */
export function classMetrics(logits: Float32Array, target: ArrayLike<number>, C: number): ClassMetrics {
  const N = target.length;
  const found = new Uint32Array(C);
  const confusion = new Uint32Array(C * C);
  let total = 0;
  for (let n = 0; n < N; n++) {
    const row = logits.subarray(n * C, (n + 1) * C);
    const id = target[n] ?? 0;
    const largest = row.reduce((most, logit) => Math.max(most, logit), Number.NEGATIVE_INFINITY);
    let sum = 0;
    for (const logit of row) sum += Math.exp(logit - largest);
    total += Math.log(sum) + largest - (row[id] ?? Number.NaN);
    const rank = rankOf(row, id);
    const cell = id * C + row.indexOf(largest);
    found[rank] = (found[rank] ?? 0) + 1;
    confusion[cell] = (confusion[cell] ?? 0) + 1;
  }
  let within = 0;
  const topShares = Array.from(found, (count) => {
    within += count;
    return within / N;
  });
  const surprise = total / N;
  return {
    accuracy: topShares[0] ?? Number.NaN,
    surprise,
    perplexity: Math.exp(surprise),
    bitsPerSymbol: surprise / Math.LN2,
    topShares,
    confusion,
  };
}

/** Shares [N, V] that logits [N, V] stand for: exp(logit) / Σ exp(logit) by row, the maximum subtracted first. */
export function softmaxRows(logits: Float32Array, V: number): Float32Array<ArrayBuffer> {
  const shares = new Float32Array(logits.length);
  for (let first = 0; first < logits.length; first += V) {
    const row = logits.subarray(first, first + V);
    const largest = row.reduce((most, logit) => Math.max(most, logit), Number.NEGATIVE_INFINITY);
    const sum = row.reduce((total, logit) => total + Math.exp(logit - largest), 0);
    row.forEach((logit, v) => {
      shares[first + v] = Math.exp(logit - largest) / sum;
    });
  }
  return shares;
}

/** How far predicted shares are from true ones. */
export interface ShareMetrics {
  /** Mean Kullback–Leibler divergence Σ t log(t / p) in nats: 0 where all shares are right; 0 · log 0 counts as 0. */
  readonly divergence: number;
  /** Share of rows whose largest share is predicted to be the largest; the first of equals counts. */
  readonly accuracy: number;
}

/** Metrics of logits [N, V] against shares [N, V] that sum to 1 by row. */
export function shareMetrics(logits: Float32Array, target: ArrayLike<number>, V: number): ShareMetrics {
  const N = target.length / V;
  let divergence = 0;
  let right = 0;
  for (let n = 0; n < N; n++) {
    const row = logits.subarray(n * V, (n + 1) * V);
    const wanted = Float32Array.from({ length: V }, (_, v) => target[n * V + v] ?? Number.NaN);
    const largest = row.reduce((most, logit) => Math.max(most, logit), Number.NEGATIVE_INFINITY);
    const logSum = largest + Math.log(row.reduce((sum, logit) => sum + Math.exp(logit - largest), 0));
    wanted.forEach((share, v) => {
      if (share > 0) divergence += share * (Math.log(share) + logSum - (row[v] ?? Number.NaN));
    });
    if (row.indexOf(largest) === wanted.indexOf(Math.max(...wanted))) right++;
  }
  return { divergence: divergence / N, accuracy: right / N };
}
