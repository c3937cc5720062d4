/**
 * Vite plugin: emits `sw.js`, which is `service-worker.js` headed by the list of all files of the build and a hash of
 * their contents. `public/` is listed by hand because Vite copies it outside the bundle.
 */
import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";
import type { Plugin, ResolvedConfig } from "vite";

const source = fileURLToPath(new URL("./service-worker.js", import.meta.url));

/** Not fetched by the page: source maps, and the header file that hosts keep for themselves. */
const isLeftOut = (file: string) => file.endsWith(".map") || file === "_headers";

/** Adds the service worker to the page's build. Goes last: it lists what the other plugins emitted. */
export function offline(): Plugin {
  let config: ResolvedConfig;
  return {
    name: "offline",
    enforce: "post",
    apply: (_config, { command, isSsrBuild }) => command === "build" && !isSsrBuild,
    configResolved(resolved) {
      config = resolved;
    },
    generateBundle: {
      order: "post",
      handler(_options, bundle) {
        const contents = new Map<string, string | Uint8Array>();
        for (const [file, output] of Object.entries(bundle)) {
          contents.set(file, output.type === "chunk" ? output.code : output.source);
        }
        for (const path of filesIn(config.publicDir)) {
          contents.set(relative(config.publicDir, path).split(sep).join("/"), readFileSync(path));
        }
        const files = [...contents.keys()].filter((file) => !isLeftOut(file)).sort();
        const hash = createHash("sha256");
        for (const file of files) hash.update(file).update(contents.get(file) ?? "");
        const worker = readFileSync(source, "utf8");
        const head = `const version = "${hash.update(worker).digest("hex").slice(0, 16)}";\nconst files = ${JSON.stringify(["./", ...files])};\n`;
        this.emitFile({ type: "asset", fileName: "sw.js", source: head + worker });
      },
    },
  };
}

function filesIn(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}
