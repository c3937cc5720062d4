/**
 * Named errors for programmers' faults and for refusals that carry numbers. Life's events (no GPU, bad file, loss not
 * finite) are values, `Fault`: the page turns each `code` into one sentence and one action.
 */

/** A tensor, shape or number that contradicts a contract. Never shown to users. */
export class ContractError extends Error {
  override readonly name = "ContractError";
  readonly where: { readonly operation: string; readonly tensor?: string };
  readonly expected: string;
  readonly actual: string;
  constructor(where: { readonly operation: string; readonly tensor?: string }, expected: string, actual: string) {
    super(`${where.operation}${where.tensor ? `, ${where.tensor}` : ""}: expected ${expected}, got ${actual}`);
    this.where = where;
    this.expected = expected;
    this.actual = actual;
  }
}

/** A Program that the backend cannot hold: which tensor, how many bytes, and the limit. */
export class ProgramRefusedError extends Error {
  override readonly name = "ProgramRefusedError";
  readonly tensor: string;
  readonly bytes: number;
  readonly limitBytes: number;
  constructor(tensor: string, bytes: number, limitBytes: number) {
    super(`${tensor} needs ${bytes} bytes; this device allows ${limitBytes}`);
    this.tensor = tensor;
    this.bytes = bytes;
    this.limitBytes = limitBytes;
  }
}

/** Pending work of a device that is gone. */
export class BackendLostError extends Error {
  override readonly name = "BackendLostError";
}

/** A kernel that the device's compiler refused; `line` counts from 1 in `file` and is 0 where the compiler gave no place. */
export class ShaderError extends Error {
  override readonly name = "ShaderError";
  readonly file: string;
  readonly line: number;
  readonly column: number;
  constructor(message: string, where: { file: string; line: number; column: number; cause?: unknown }) {
    super(`${where.file}:${where.line}:${where.column}: ${message}`, { cause: where.cause });
    this.file = where.file;
    this.line = where.line;
    this.column = where.column;
  }
}

/** A file or a field that a user gave and that is refused; `path` says where, `expected` what is allowed. */
export class InputError extends Error {
  override readonly name = "InputError";
  readonly code: FaultCode;
  readonly details: Readonly<Record<string, string | number>>;
  constructor(code: FaultCode, details: Readonly<Record<string, string | number>>) {
    super(`${code}: ${JSON.stringify(details)}`);
    this.code = code;
    this.details = details;
  }
}

/** Every fault a user can meet. i18n has one sentence and one action for each. */
export type FaultCode =
  | "webgpu-missing"
  | "webgpu-insecure"
  | "adapter-missing"
  | "device-refused"
  | "wasm-refused"
  | "device-lost"
  | "device-lost-again"
  | "program-refused"
  | "shader-error"
  | "not-finite"
  | "diverging"
  | "no-improvement"
  | "stopped-early"
  | "experiment-invalid"
  | "experiment-newer"
  | "link-invalid"
  | "plan-refused"
  | "link-too-large"
  | "file-invalid"
  | "file-mismatch"
  | "file-not-finite"
  | "file-unreadable"
  | "text-invalid"
  | "csv-invalid"
  | "data-missing"
  | "data-too-short"
  | "probe-invalid"
  | "storage-unavailable"
  | "storage-full"
  | "worker-failed"
  | "internal";

/** A life's event as a value; `details` fills the sentence. */
export interface Fault {
  readonly code: FaultCode;
  readonly details: Readonly<Record<string, string | number>>;
}
