/** Files in and out of the page: choosing, reading, dropping, downloading. Nothing here looks inside a file. */
import type { Fault } from "../core/errors.ts";
import type { OwnFileBytes } from "../worker/protocol.ts";

/** Larger files are refused unread: the browser would have to hold them several times over. */
const FILE_LIMIT_BYTES = 200 * 1024 * 1024;

/** What a file is taken for, by its name; the worker looks at the content. */
export type FileKind = "run" | "series" | "text";

const KINDS: readonly (readonly [suffix: string, kind: FileKind])[] = [
  [".safetensors", "run"],
  [".csv", "series"],
  [".tsv", "series"],
];

/** A saved run, a table, or (anything else) a text. */
export function kindOfFile(name: string): FileKind {
  const lower = name.toLowerCase();
  return KINDS.find(([suffix]) => lower.endsWith(suffix))?.[1] ?? "text";
}

export type ReadFile =
  | { readonly ok: true; readonly file: OwnFileBytes }
  | { readonly ok: false; readonly fault: Fault };

/** Reads a chosen file whole; a file that vanished or is too large is a fault with the numbers. */
export async function readFile(file: File): Promise<ReadFile> {
  if (file.size > FILE_LIMIT_BYTES) {
    const details = { name: file.name, bytes: file.size, limit: FILE_LIMIT_BYTES, reason: "too-large" };
    return { ok: false, fault: { code: "file-unreadable", details } };
  }
  try {
    return { ok: true, file: { name: file.name, bytes: await file.arrayBuffer() } };
  } catch {
    return { ok: false, fault: { code: "file-unreadable", details: { name: file.name } } };
  }
}

/** Lets the user choose one file; resolves with null when the choice is called off. */
export function chooseFile(accept: string): Promise<File | null> {
  return new Promise((resolve) => {
    const input = document.createElement("input");
    input.type = "file";
    input.accept = accept;
    input.addEventListener("change", () => resolve(input.files?.[0] ?? null), { once: true });
    input.addEventListener("cancel", () => resolve(null), { once: true });
    input.click();
  });
}

/** Time after which a download surely holds its own reference to the bytes. */
const REVOKE_AFTER_MS = 60_000;

/** Offers bytes or a text as a download. */
export function downloadFile(name: string, content: ArrayBuffer | string, type: string): void {
  const address = URL.createObjectURL(new Blob([content], { type }));
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), REVOKE_AFTER_MS);
}
