/**
 * The run that survives a reload: its saved file and, where it trains on the user's own data, that file too, in the
 * browser's database and nowhere else. One record, replaced whole; a save counts only when its transaction is complete,
 * because a full disk fails after the request has succeeded.
 */
import { type DBSchema, type IDBPDatabase, openDB } from "idb";
import type { Fault } from "../core/errors.ts";

const DATABASE = "gatescope";
const DATABASE_VERSION = 1;
const CURRENT = "current";

/** What is kept: the bytes of a saved run and the user's own data file, or null. */
export interface KeptRun {
  readonly file: ArrayBuffer;
  readonly own: { readonly name: string; readonly bytes: ArrayBuffer } | null;
}

interface Schema extends DBSchema {
  runs: { key: string; value: KeptRun };
}

/** The browser's store of runs. Absent or refused storage is a fault, never an exception. */
export interface RunStore {
  /** Replaces the kept run; null when done. */
  keep(run: KeptRun): Promise<Fault | null>;
  /** The kept run, or null when there is none or storage is not available. */
  load(): Promise<KeptRun | null>;
  /** Forgets the kept run. */
  forget(): Promise<void>;
  /** Closes the connection, so that the page may rest in the back/forward cache; the next call opens it again. */
  close(): void;
}

/** Opens lazily, at the first call. */
export function createRunStore(): RunStore {
  let opening: Promise<IDBPDatabase<Schema>> | null = null;
  const close = () => {
    void opening?.then(
      (database) => database.close(),
      () => undefined,
    );
    opening = null;
  };
  const open = () => {
    opening ??= openDB<Schema>(DATABASE, DATABASE_VERSION, {
      upgrade: (database) => void database.createObjectStore("runs"),
      blocking: close,
      terminated: close,
    });
    return opening;
  };
  return {
    async keep(run) {
      try {
        const transaction = (await open()).transaction("runs", "readwrite");
        await Promise.all([transaction.store.put(run, CURRENT), transaction.done]);
        return null;
      } catch (error) {
        return describe(error, run.file.byteLength);
      }
    },
    async load() {
      try {
        return (await (await open()).get("runs", CURRENT)) ?? null;
      } catch {
        return null;
      }
    },
    async forget() {
      try {
        await (await open()).delete("runs", CURRENT);
      } catch {
        // Without storage there is nothing to forget.
      }
    },
    close,
  };
}

function describe(error: unknown, bytes: number): Fault {
  const name = error instanceof Error ? error.name : "unknown";
  if (name === "QuotaExceededError") return { code: "storage-full", details: { bytes } };
  return { code: "storage-unavailable", details: { reason: name } };
}
