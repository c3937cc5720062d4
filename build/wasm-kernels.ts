/**
 * Vite plugin that compiles `wasm/index.ts` (AssemblyScript) and serves it as the module `virtual:wasm-kernels`: two
 * binaries in Base64, so that a page, a worker, Node and Deno get them alike, without a request. One has relaxed SIMD
 * instructions, which fuse multiply and add; engines that lack them refuse that binary as a whole and take the other.
 * Warnings fail the build: a pointer that loses its upper bit is one.
 */
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Plugin } from "vite";

const ID = "virtual:wasm-kernels";
const path = (relative: string) => fileURLToPath(new URL(relative, import.meta.url));
const root = path("../wasm/");
const cache = path("../node_modules/.cache/wasm-kernels");
const own = path("wasm-kernels.ts");
const compiler = path("../node_modules/assemblyscript/package.json");

/** AssemblyScript's sources, by absolute path. */
function sources(): string[] {
  return readdirSync(root)
    .filter((file) => file.endsWith(".ts"))
    .map((file) => root + file);
}

/** Compiles the sources; throws what the compiler says. */
export async function compileKernels(relaxed: boolean): Promise<Uint8Array> {
  const { main } = await import("assemblyscript/asc"); // the compiler is 10 MB: not for every start of Vite
  let messages = "";
  let binary: Uint8Array | undefined;
  const { error } = await main(
    [
      ...["index.ts", "--outFile", "kernels.wasm", "-O3", "--noAssert"],
      ...["--runtime", "stub", "--importMemory", "--noExportMemory"],
      ...["--disableWarning", "112"], // vectors do cross functions, but no exported one
      ...["--enable", "simd", ...(relaxed ? ["--enable", "relaxed-simd"] : [])],
    ],
    {
      readFile: (file) => {
        const source = root + file;
        return sources().includes(source) ? readFileSync(source, "utf8") : null;
      },
      writeFile: (_file, contents) => {
        if (typeof contents !== "string") binary = contents;
      },
      listFiles: () => [],
      stderr: {
        write: (text) => {
          messages += String(text);
        },
      },
    },
  );
  if (error !== null || !binary || messages !== "") throw new Error(`wasm/: ${messages || error?.message}`);
  return binary;
}

let compiled: Promise<string> | undefined;

/** Source text of the module, compiled once for each state of the sources: seconds that every test run would pay. */
async function kernelsModule(): Promise<string> {
  const hash = createHash("sha256");
  for (const file of [...sources(), own, compiler]) hash.update(readFileSync(file));
  const cached = `${cache}/${hash.digest("hex").slice(0, 16)}.js`;
  if (existsSync(cached)) return readFileSync(cached, "utf8");
  const encode = async (relaxed: boolean) => Buffer.from(await compileKernels(relaxed)).toString("base64");
  const text = [
    `export const plain = ${JSON.stringify(await encode(false))};`,
    `export const relaxed = ${JSON.stringify(await encode(true))};`,
  ].join("\n");
  mkdirSync(cache, { recursive: true });
  const unfinished = `${cached}.${process.pid}`; // renamed when whole: other processes read the same folder
  writeFileSync(unfinished, text);
  renameSync(unfinished, cached);
  return text;
}

/** Serves the compiled kernels. Needed twice: in `plugins`, and in `worker.plugins` for the worker's bundle. */
export function wasmKernels(): Plugin {
  return {
    name: "wasm-kernels",
    resolveId: (id) => (id === ID ? `\0${ID}` : null),
    load(id) {
      if (id !== `\0${ID}`) return null;
      for (const file of sources()) this.addWatchFile(file);
      compiled ??= kernelsModule();
      return compiled;
    },
    watchChange(file) {
      if (sources().includes(file)) compiled = undefined;
    },
  };
}
