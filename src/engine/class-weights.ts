/** The weights of classes that an experiment asks for: as given, or balanced by how often each occurs in training. */
import { InputError } from "../core/errors.ts";
import type { ClassWeights } from "../core/loss-choice.ts";
import type { Dataset } from "../core/task.ts";
import type { HeadSteps } from "./head.ts";

/** Occurrences of each class among the targets of the training windows, at the steps that the head answers. */
function countClasses({ target, mask, windows, length }: Dataset, head: HeadSteps, classes: number): Float64Array {
  const counts = new Float64Array(classes);
  for (const start of windows.train) {
    for (let row = head === "every" ? start : start + length - 1; row < start + length; row++) {
      const id = target.rows[row] ?? 0;
      if (mask[row] !== 0) counts[id] = (counts[id] ?? 0) + 1;
    }
  }
  return counts;
}

/**
 * One weight for each class. Balanced weights are n / (classes · n of the class), with which every class counts as much in
 * all; one that never occurs in training has nothing to be balanced by and keeps 1. Throws `InputError` for a list of
 * another length, and where no weight is above 0.
 */
export function classWeightsOf(given: ClassWeights, dataset: Dataset, head: HeadSteps): readonly number[] {
  const classes = dataset.target.kind === "classes" ? dataset.target.labels.length : 0;
  if (given === "balanced") {
    const counts = countClasses(dataset, head, classes);
    const total = counts.reduce((sum, count) => sum + count, 0);
    return Array.from(counts, (count) => (count === 0 ? 1 : total / (classes * count)));
  }
  const fits = given.length === classes && given.some((weight) => weight > 0);
  if (fits) return given;
  const expected = `${classes} numbers, one above 0`;
  throw new InputError("experiment-invalid", {
    path: "training.loss.weights",
    expected,
    actual: `${given.length} numbers`,
  });
}
