/**
 * Runs every case of a folder of golden files on one backend and counts. Settings come from the files, so any folder of
 * that format will do. Whoever calls brings the folder and the backend: this room reads no disk and opens no device.
 */
import type { Backend } from "../core/backend.ts";
import { type GoldenCase, readGoldenFile } from "../interop/golden-file.ts";
import { readGoldenJson } from "../interop/golden-json.ts";
import { severity } from "./compare.ts";
import { type CaseResult, isJudged, verifyCase, type Worst } from "./verify-case.ts";

/** A folder as its owner sees it: paths with `/`, and the bytes behind one. */
export interface GoldenFolder {
  readonly paths: readonly string[];
  readonly read: (path: string) => Promise<ArrayBuffer>;
}

/** What to run and whom to tell. */
export interface VerifyOptions {
  /** Beginnings of `file/case` without extension, e.g. `cells/gru_v3`; empty runs everything. */
  readonly only: readonly string[];
  /** Told one line per case. */
  readonly progress: (line: string) => void;
}

/** Counts of cases. */
export interface Tally {
  readonly passed: number;
  readonly failed: number;
  readonly unsupported: number;
}

/** One file; `worst` is null where nothing was compared. */
export interface FileReport extends Tally {
  readonly file: string;
  readonly worst: Worst | null;
}

/** The whole folder. */
export interface VerifyReport extends Tally {
  readonly backend: Backend["info"]["kind"];
  readonly adapter: string;
  readonly files: readonly FileReport[];
}

/** Who reads which files, by extension. */
const READERS: readonly (readonly [extension: string, read: (file: ArrayBuffer) => readonly GoldenCase[]])[] = [
  [".safetensors", readGoldenFile],
  [".json", (file) => readGoldenJson(new TextDecoder().decode(file))],
];

/** Plays and compares every selected case. Throws `BackendLostError`; everything else that goes wrong is a failed case. */
export async function verifyFolder(
  folder: GoldenFolder,
  backend: Backend,
  options: VerifyOptions,
): Promise<VerifyReport> {
  const files: FileReport[] = [];
  for (const path of folder.paths) {
    const report = await verifyFile(path, folder, backend, options);
    if (report) files.push(report);
  }
  const sum = (key: keyof Tally) => files.reduce((total, file) => total + file[key], 0);
  const { kind, adapter } = backend.info;
  return {
    backend: kind,
    adapter,
    files,
    passed: sum("passed"),
    failed: sum("failed"),
    unsupported: sum("unsupported"),
  };
}

/** Null for a file that holds no selected case, or none at all. */
async function verifyFile(
  path: string,
  folder: GoldenFolder,
  backend: Backend,
  options: VerifyOptions,
): Promise<FileReport | null> {
  const { only, progress } = options;
  const [extension, readCases] = READERS.find(([ending]) => path.endsWith(ending)) ?? [];
  if (extension === undefined || readCases === undefined) return null;
  const stem = path.slice(0, -extension.length);
  if (only.length > 0 && !only.some((wish) => stem.startsWith(wish) || wish.startsWith(`${stem}/`))) return null;
  let cases: readonly GoldenCase[];
  try {
    cases = readCases(await folder.read(path));
  } catch (error) {
    progress(`failed       ${stem}: ${error instanceof Error ? error.message : String(error)}`);
    return { file: path, passed: 0, failed: 1, unsupported: 0, worst: null };
  }
  const place = {
    backend,
    sibling: (name: string) => cases.find((golden) => golden.name === name),
    file: async (other: string) => {
      // Files name each other from the root of all vectors; where a part of them is given, the neighbour is meant.
      const neighbour = path.replace(/[^/]*$/, other.replace(/^.*\//, ""));
      const found = [other, neighbour].find((candidate) => folder.paths.includes(candidate));
      return found === undefined ? undefined : readGoldenFile(await folder.read(found));
    },
  };
  const results: CaseResult[] = [];
  for (const golden of cases) {
    const id = `${stem}/${golden.name}`;
    if (!isJudged(golden) || (only.length > 0 && !only.some((wish) => id.startsWith(wish)))) continue;
    const result = await verifyCase(golden, place);
    progress(`${result.outcome.padEnd(12)} ${id}${result.note === "" ? "" : `: ${result.note}`}`);
    results.push(result);
  }
  return results.length === 0 ? null : summarise(path, results);
}

function summarise(file: string, results: readonly CaseResult[]): FileReport {
  const count = (outcome: CaseResult["outcome"]) => results.filter((result) => result.outcome === outcome).length;
  const worst = results
    .map((result) => result.worst)
    .reduce((a, b) => (b === null || (a && severity(a) >= severity(b)) ? a : b), null);
  return { file, passed: count("passed"), failed: count("failed"), unsupported: count("unsupported"), worst };
}
