/**
 * Experiment ↔ the compact text that links carry; the schema has the last word. Own data is named in it by file name, size
 * and hash, never by content.
 */
import type { Fault } from "../core/errors.ts";
import { type Experiment, parseExperiment } from "../core/experiment.ts";
import { packJson, unpackJson } from "./packed-json.ts";

/** The experiment as URL-safe text. */
export function encodeExperiment(experiment: Experiment): Promise<string> {
  return packJson(experiment);
}

export type DecodedExperiment =
  | { readonly ok: true; readonly experiment: Experiment }
  | { readonly ok: false; readonly fault: Fault };

/** Reads such a text; every way of being wrong is a fault with the numbers, never an exception. */
export async function decodeExperiment(text: string): Promise<DecodedExperiment> {
  const unpacked = await unpackJson(text);
  if (!unpacked.ok) return unpacked;
  const parsed = parseExperiment(unpacked.value);
  if (parsed.ok) return parsed;
  const first = parsed.issues[0];
  const details = {
    path: first?.path ?? "",
    expected: first?.expected ?? "",
    actual: first?.actual ?? "",
    count: parsed.issues.length,
  };
  return { ok: false, fault: { code: parsed.code, details } };
}
