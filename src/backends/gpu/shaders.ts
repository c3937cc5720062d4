/**
 * The WGSL text of kernels. Shared functions are joined after the kernel, so that the kernel's line numbers hold; a line
 * beyond its end belongs to one of the shared files, and `locate` says to which.
 */
/// <reference types="vite/types/importMeta.d.ts" />
import type { Kernel } from "../../core/operation.ts";

const FOLDER = "../../../shaders/";
const sources = import.meta.glob<string>("../../../shaders/**/*.wgsl", {
  query: "?raw",
  import: "default",
  eager: true,
});

/** One file inside a joined text. */
interface Part {
  readonly file: string;
  /** Lines of the joined text before this file. */
  readonly linesBefore: number;
}

/** The text of one kernel, ready to compile. */
export interface Shader {
  readonly code: string;
  readonly parts: readonly Part[];
}

/** Text of a file under `shaders/`, by stem (`gru-forward.step.gates`, `lib/activations`). Throws for an unknown one. */
export function readShader(stem: string): string {
  const source = sources[`${FOLDER}${stem}.wgsl`];
  if (source === undefined) throw new Error(`there is no shaders/${stem}.wgsl`);
  return source;
}

/** Joins a kernel and the shared files it names. */
export function composeShader(kernel: Kernel): Shader {
  const parts: Part[] = [];
  let code = "";
  for (const stem of [kernel.file, ...(kernel.lib ?? []).map((name) => `lib/${name}`)]) {
    parts.push({ file: `shaders/${stem}.wgsl`, linesBefore: code.split("\n").length - 1 });
    code += `${readShader(stem).trimEnd()}\n`;
  }
  return { code, parts };
}

/** File and line (from 1) of a line of the joined text. */
export function locate(shader: Shader, line: number): { readonly file: string; readonly line: number } {
  const part = shader.parts.filter(({ linesBefore }) => line > linesBefore).at(-1);
  return { file: part?.file ?? "", line: line - (part?.linesBefore ?? 0) };
}
