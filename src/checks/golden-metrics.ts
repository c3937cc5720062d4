/** Plays golden metrics. They are computed on the host, so no backend takes part. */
import { binaryMetrics, classMetrics, rankOf, regressionMetrics } from "../core/metrics.ts";
import type { GoldenCase } from "../interop/golden-file.ts";
import { type GoldenRun, type GoldenRunner, inputOf, unsupported } from "./golden-run.ts";

type Numbers = Readonly<Record<string, number>>;

function told(numbers: Numbers, more: readonly (readonly [string, ArrayLike<number>])[] = []): GoldenRun {
  const scalars = Object.entries(numbers).map(([name, value]) => [name, [value]] as const);
  return { supported: true, tensors: new Map<string, ArrayLike<number>>([...scalars, ...more]) };
}

function runRegression(golden: GoldenCase): GoldenRun | null {
  const pred = inputOf(golden, "pred");
  const target = inputOf(golden, "target");
  if (!pred || target?.length !== pred.length) return null;
  const { mse, rmse, mae, maxError, r2, pearson } = regressionMetrics(pred, target);
  return told({ mse, rmse, mae, max_error: maxError, r2, pearson });
}

function runBinary(golden: GoldenCase): GoldenRun | null {
  const logit = inputOf(golden, "logit");
  const target = inputOf(golden, "target");
  if (!logit || target?.length !== logit.length) return null;
  const metrics = binaryMetrics(logit, target);
  const { accuracy, precision, recall, f1, auc, crossEntropy } = metrics;
  const { truePositive: tp, falsePositive: fp, falseNegative: fn, trueNegative: tn } = metrics;
  return told({ accuracy, tp, fp, fn, tn, precision, recall, f1, auc_roc: auc, bce: crossEntropy });
}

/** Masked steps are left out first; a sequence is right when all of its valid steps are. */
function runClasses(golden: GoldenCase): GoldenRun | null {
  const logits = inputOf(golden, "logits_B_T_C");
  const target = inputOf(golden, "target_B_T");
  const mask = inputOf(golden, "mask_B_T");
  const [B, T, C] = golden.tensors.get("logits_B_T_C")?.shape ?? [];
  if (!logits || B === undefined || T === undefined || C === undefined) return null;
  if (target?.length !== B * T || mask?.length !== B * T) return null;
  const valid = Array.from(mask.keys()).filter((n) => mask[n] !== 0);
  const rows = new Float32Array(valid.length * C);
  for (const [i, n] of valid.entries()) rows.set(logits.subarray(n * C, (n + 1) * C), i * C);
  const ids = valid.map((n) => target[n] ?? 0);
  const metrics = classMetrics(rows, ids, C);
  const wrong = valid.filter((_, i) => rankOf(rows.subarray(i * C, (i + 1) * C), ids[i] ?? 0) > 0);
  const wrongSequences = new Set(wrong.map((n) => Math.floor(n / T)));
  const tops = metrics.topShares.map((share, i) => [`top${i + 1}`, [share]] as const);
  return told(
    {
      accuracy: metrics.accuracy,
      sequence_accuracy: 1 - wrongSequences.size / B,
      nll_mean: metrics.surprise,
      perplexity: metrics.perplexity,
      bits_per_char: metrics.bitsPerSymbol,
    },
    [...tops, ["confusion_target_by_pred", metrics.confusion]],
  );
}

/** Plays a case of `losses/metrics`, whose kind its inputs tell. */
export const runGoldenMetrics: GoldenRunner = async (golden) =>
  runRegression(golden) ?? runBinary(golden) ?? runClasses(golden) ?? unsupported("metrics of another kind");
