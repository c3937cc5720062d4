/** A run as a file on its way to the page, and what an opened one has to be told of. */
import type { Fault } from "../core/errors.ts";
import { encodeCheckpoint, nonFiniteTensors } from "../engine/checkpoint.ts";
import type { Model } from "../engine/model.ts";
import type { RunState } from "../engine/run-state.ts";
import { writeRunFile } from "../interop/run-file.ts";
import type { Event } from "./protocol.ts";

type Saved = Extract<Event, { readonly type: "saved" }>;

/** The file of a state, with the name that a download gets. */
export function encodeSaved(state: RunState, model: Model): Pick<Saved, "step" | "fileName" | "bytes"> {
  const { experiment, step } = state;
  const fileName = `gatescope-${experiment.task.name}-step-${step}.safetensors`;
  return { step, fileName, bytes: writeRunFile(encodeCheckpoint(state, model)) };
}

/** What is wrong with the numbers of a file that was opened all the same; null where all are finite. */
export function findNotFinite(state: RunState, model: Model): Fault | null {
  const tensors = nonFiniteTensors(encodeCheckpoint(state, model));
  if (tensors.length === 0) return null;
  return { code: "file-not-finite", details: { tensors: tensors.join(", "), count: tensors.length } };
}
