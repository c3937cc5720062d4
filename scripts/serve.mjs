/**
 * Serves a folder of plain files on this machine, with the security headers on every response, errors included.
 * `node scripts/serve.mjs [--port 4173] [--base /some/path/]` serves `dist/`.
 */
import { createReadStream, existsSync, statSync } from "node:fs";
import { createServer } from "node:http";
import { extname, join, normalize, relative, resolve, sep } from "node:path";
import { parseArgs } from "node:util";
import { headersFor } from "../build/security-headers.mjs";

/** @type {Readonly<Record<string, string>>} */
const TYPES = {
  ".css": "text/css; charset=utf-8",
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".json": "application/json; charset=utf-8",
  ".map": "application/json; charset=utf-8",
  ".md": "text/plain; charset=utf-8",
  ".png": "image/png",
  ".svg": "image/svg+xml; charset=utf-8",
  ".txt": "text/plain; charset=utf-8",
  ".wasm": "application/wasm",
  ".webmanifest": "application/manifest+json; charset=utf-8",
  ".woff2": "font/woff2",
};

/**
 * Starts the server. Tries the next port while one is taken, unless `strict`. `headers` go with every response; without
 * them each gets the product's own.
 * @param {{ folder: string, port: number, base?: string, strict?: boolean, headers?: Readonly<Record<string, string>> }} options
 * @returns {Promise<{ url: string, close: () => void }>}
 */
export function serve({ folder, port, base = "/", strict = false, headers }) {
  const root = resolve(folder);
  const headersOf = (/** @type {string} */ file) => headers ?? headersFor(relative(root, file).split(sep).join("/"));
  const server = createServer((request, response) => {
    const path =
      request.method === "GET" || request.method === "HEAD" ? fileFor(request.url ?? "/", root, base) : undefined;
    if (path === undefined) {
      response.writeHead(404, { ...headersOf(root), "Content-Type": "text/plain" }).end("Not found\n");
      return;
    }
    const type = TYPES[extname(path)] ?? "application/octet-stream";
    response.writeHead(200, {
      ...headersOf(path),
      "Content-Type": type,
      "Content-Length": statSync(path).size,
      "Cache-Control": "no-cache",
    });
    if (request.method === "HEAD") response.end();
    else createReadStream(path).pipe(response);
  });
  return new Promise((done, fail) => {
    server.on("error", (/** @type {NodeJS.ErrnoException} */ error) => {
      if (error.code !== "EADDRINUSE" || strict) fail(error);
      else server.listen(++port, "localhost");
    });
    server.on("listening", () => done({ url: `http://localhost:${port}${base}`, close: () => server.close() }));
    server.listen(port, "localhost");
  });
}

/**
 * The file that a request names, or undefined: outside the folder, outside the base, or not there.
 * @param {string} url
 * @param {string} root
 * @param {string} base
 */
function fileFor(url, root, base) {
  const pathname = decode(url.split(/[?#]/, 1)[0] ?? "");
  if (!pathname?.startsWith(base)) return undefined;
  const path = normalize(join(root, pathname.slice(base.length)));
  if (path !== root && !path.startsWith(root + sep)) return undefined;
  const file = existsSync(path) && statSync(path).isDirectory() ? join(path, "index.html") : path;
  return existsSync(file) && statSync(file).isFile() ? file : undefined;
}

/** @param {string} text */
function decode(text) {
  try {
    const path = decodeURIComponent(text);
    return path.includes("\0") ? undefined : path;
  } catch {
    return undefined;
  }
}

// By name, not by path: bundled into a command, this file is that command's.
if (process.argv[1]?.endsWith("serve.mjs")) {
  const { values } = parseArgs({
    options: { port: { type: "string", default: "4173" }, base: { type: "string", default: "/" } },
  });
  const strict = process.argv.includes("--port");
  const { url } = await serve({ folder: "dist", port: Number(values.port), base: values.base, strict });
  console.log(`Serving dist/ at ${url}`);
}
