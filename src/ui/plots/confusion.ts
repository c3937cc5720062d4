/** Counts of right and wrong answers from a confusion matrix, [target · V + predicted]; pure. */

/** What a confusion matrix says as a whole. */
export interface ConfusionSummary {
  readonly count: number;
  readonly right: number;
  /** Largest entry, for shading; 0 without answers. */
  readonly largest: number;
  /** Wrong answers by how often they were given, most frequent first. */
  readonly mistakes: readonly { readonly target: number; readonly predicted: number; readonly count: number }[];
}

/** Sums up a V × V matrix and lists its mistakes, at most `limit`. */
export function summarizeConfusion(confusion: Uint32Array, classes: number, limit: number): ConfusionSummary {
  let count = 0;
  let right = 0;
  let largest = 0;
  const mistakes: { target: number; predicted: number; count: number }[] = [];
  confusion.forEach((entry, index) => {
    const target = Math.floor(index / classes);
    const predicted = index % classes;
    count += entry;
    largest = Math.max(largest, entry);
    if (target === predicted) right += entry;
    else if (entry > 0) mistakes.push({ target, predicted, count: entry });
  });
  mistakes.sort((one, other) => other.count - one.count);
  return { count, right, largest, mistakes: mistakes.slice(0, limit) };
}
