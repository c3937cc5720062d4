/**
 * The bytes of the user's own data files, by hash, for as long as the page lives. They go to the worker and nowhere
 * else; links and saved runs carry only name, size and SHA-256, so an experiment on own data may have to ask for its file.
 */
import type { OwnFileReference, TaskChoice } from "../core/experiment.ts";
import type { Command, OwnFileBytes } from "../worker/protocol.ts";
import type { InspectedFile, PageEvent } from "./app-state.ts";
import { type FileKind, readFile } from "./files.ts";

/** What this needs of the session. */
export interface OwnFilesParts {
  readonly send: (command: Command, transfer?: Transferable[]) => void;
  readonly dispatch: (event: PageEvent) => void;
}

/** The user's files of this visit. */
export interface OwnFiles {
  /** Bytes for a task's file: null when the task has none or the file has not been given yet. */
  readonly bytesFor: (task: TaskChoice) => OwnFileBytes | null;
  readonly find: (sha256: string) => OwnFileBytes | null;
  /** Keeps a file whose hash is known to be right. */
  readonly remember: (sha256: string, file: OwnFileBytes) => void;
  /** Opens the dialog that asks for the file; `given` runs once the right one is there. */
  readonly askFor: (reference: OwnFileReference, given: () => void) => void;
  /** Reads a file and lets the worker look into it for the dialog of its kind. */
  readonly inspect: (kind: Exclude<FileKind, "run">, file: File) => Promise<void>;
  /** The same for text that was typed or pasted. */
  readonly inspectText: (name: string, text: string) => void;
  /** The worker's answer. */
  readonly inspected: (event: InspectedFile) => void;
}

/** A copy that may be handed to the worker while the original stays here. */
const copyOf = (file: OwnFileBytes): OwnFileBytes => ({ name: file.name, bytes: file.bytes.slice(0) });

/** Starts without any file. */
export function createOwnFiles({ send, dispatch }: OwnFilesParts): OwnFiles {
  const files = new Map<string, OwnFileBytes>();
  /** Sent to be looked into, not answered yet. */
  let inspecting: readonly OwnFileBytes[] = [];
  let wanted: { readonly sha256: string; readonly given: () => void } | null = null;

  const find = (sha256: string): OwnFileBytes | null => {
    const file = files.get(sha256);
    return file ? copyOf(file) : null;
  };
  const look = (kind: Exclude<FileKind, "run">, file: OwnFileBytes) => {
    inspecting = [...inspecting, file];
    const copy = copyOf(file);
    send({ type: "inspect-file", task: kind === "series" ? "own-series" : "own-text", file: copy }, [copy.bytes]);
  };
  return {
    bytesFor: (task) => ("file" in task ? find(task.file.sha256) : null),
    find,
    remember: (sha256, file) => void files.set(sha256, file),
    askFor(reference, given) {
      wanted = { sha256: reference.sha256, given };
      dispatch({ type: "dialog-opened", dialog: { kind: "file-request", ...reference } });
    },
    async inspect(kind, file) {
      const read = await readFile(file);
      if (read.ok) look(kind, read.file);
      else dispatch({ type: "file-refused", fault: read.fault });
    },
    inspectText(name, text) {
      const bytes = new TextEncoder().encode(text);
      look("text", { name, bytes: bytes.buffer });
    },
    inspected({ reference: { name, bytes, sha256 } }) {
      const file = inspecting.findLast((asked) => asked.name === name && asked.bytes.byteLength === bytes);
      if (!file) return;
      files.set(sha256, file);
      inspecting = []; // whatever else was asked for is older, and refused or of no interest any more
      if (wanted?.sha256 !== sha256) return;
      const { given } = wanted;
      wanted = null;
      dispatch({ type: "dialog-closed" });
      given();
    },
  };
}
