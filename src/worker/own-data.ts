/**
 * The user's own files on their way in: bytes → hash → parsed rows. An experiment names its file by size and SHA-256, so
 * a run never trains on another file than the one it says. Nothing here leaves the worker but counts and a preview.
 */
import { type FaultCode, InputError } from "../core/errors.ts";
import type { OwnFileReference, TaskChoice } from "../core/experiment.ts";
import type { OwnData } from "../core/task.ts";
import { previewSeries, readOwnSeries } from "../interop/csv.ts";
import { previewText, readOwnText } from "../interop/text.ts";
import { faultOf } from "./fault-of.ts";
import type { Event, OwnFileBytes } from "./protocol.ts";

/** Name, size and SHA-256 of a file. Throws `file-unreadable` where the page is not in a secure context and cannot hash. */
async function describeFile({ name, bytes }: OwnFileBytes): Promise<OwnFileReference> {
  const code: FaultCode = "file-unreadable";
  if (!globalThis.isSecureContext && globalThis.crypto?.subtle === undefined) {
    throw new InputError(code, { name, reason: "insecure" });
  }
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  const sha256 = Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return { name, bytes: bytes.byteLength, sha256 };
}

/**
 * The rows that a task on own data asks for; null for the other tasks. Throws `data-missing` with the file's name, size
 * and hash when `own` is absent or another file, and what the parsers throw.
 */
export async function readOwnData(task: TaskChoice, own: OwnFileBytes | null): Promise<OwnData | null> {
  if (task.name !== "own-text" && task.name !== "own-series") return null;
  const { name, bytes, sha256 } = task.file;
  if (!own || own.bytes.byteLength !== bytes || (await describeFile(own)).sha256 !== sha256) {
    throw new InputError("data-missing", { name, bytes, sha256 });
  }
  const content = new Uint8Array(own.bytes);
  if (task.name === "own-text") return readOwnText(content);
  return readOwnSeries(content, [...new Set([...task.inputs, ...task.targets])]);
}

/** What the page shows of a file before it is used, or why it cannot be: no matter of the run, the dialog that asked shows it. */
export async function inspectFile(task: "own-text" | "own-series", file: OwnFileBytes): Promise<Event> {
  try {
    const content = new Uint8Array(file.bytes);
    const preview = task === "own-text" ? previewText(content) : previewSeries(content);
    return { type: "file-inspected", task, reference: await describeFile(file), preview };
  } catch (error) {
    return { type: "fault", runId: null, step: null, fault: faultOf(error) };
  }
}
