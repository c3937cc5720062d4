/** Refusal of experiments that break what `core/task-rules.ts` says about their task; nothing is adjusted silently. */
import { InputError } from "../core/errors.ts";
import type { Experiment } from "../core/experiment.ts";
import { looksAhead } from "../core/layer-choice.ts";
import {
  canCarryState,
  fixedHead,
  fixedLength,
  mayLookAhead,
  needsDecoder,
  suitableLosses,
} from "../core/task-rules.ts";

function refuseLookingAhead(layers: Experiment["model"]["layers"]): void {
  const ahead = layers.findIndex((layer) => looksAhead([layer]));
  if (ahead < 0) return;
  const expected = "forward under a head on every step: reading backward, it would read the answers";
  throw new InputError("experiment-invalid", { path: `model.layers.${ahead}.direction`, expected, actual: "both" });
}

/** Throws `experiment-invalid` with path, expected and actual when head, loss, window length, carried state, direction or decoder is not the task's. */
export function obeyRules(experiment: Experiment): void {
  const { task, model, training } = experiment;
  const length = fixedLength(task);
  if (length !== null && training.length !== length) {
    throw new InputError("experiment-invalid", { path: "training.length", expected: length, actual: training.length });
  }
  if (training.state === "carried" && !canCarryState(task)) {
    const expected = "fresh: every window of this task is a sequence of its own";
    throw new InputError("experiment-invalid", { path: "training.state", expected, actual: training.state });
  }
  const losses = suitableLosses(task);
  const { name } = training.loss;
  if (!losses.includes(name)) {
    throw new InputError("experiment-invalid", { path: "training.loss", expected: losses.join(", "), actual: name });
  }
  const head = fixedHead(task);
  if (head !== null && model.head !== head) {
    throw new InputError("experiment-invalid", { path: "model.head", expected: head, actual: model.head });
  }
  const needed = needsDecoder(task);
  if (needed !== (model.decoder !== undefined)) {
    const expected = needed
      ? "given: this task turns one sequence into another"
      : "left out: this task has no answer to decode";
    throw new InputError("experiment-invalid", {
      path: "model.decoder",
      expected,
      actual: needed ? "missing" : "given",
    });
  }
  if (!mayLookAhead(task, model.head)) refuseLookingAhead(model.layers);
}
