/**
 * Vite plugin: writes the policy into the built page and emits `_headers` for hosts that read it. Only in a build: in
 * development React's refresh preamble is an inline script.
 */
import type { Plugin } from "vite";
import { headersFor, metaPolicy, POLICY, securityHeaders } from "./security-headers.mjs";

/** Adds the meta element and `_headers` to the page's build. */
export function contentSecurityPolicy(): Plugin {
  return {
    name: "content-security-policy",
    apply: (_config, { command, isSsrBuild }) => command === "build" && !isSsrBuild,
    transformIndexHtml: () => [
      {
        tag: "meta",
        attrs: { "http-equiv": "Content-Security-Policy", content: metaPolicy },
        injectTo: "head-prepend",
      },
    ],
    generateBundle: {
      order: "post", // the worker's script is emitted by then
      handler(_options, bundle) {
        this.emitFile({ type: "asset", fileName: "_headers", source: headersFile(Object.keys(bundle)) });
      },
    },
  };
}

/**
 * Hosts join the values of a header that two rules set, and joined policies forbid what either forbids. So the policy stands
 * only beside the paths to which a browser applies it: the page, and scripts of workers.
 */
export function headersFile(files: readonly string[]): string {
  const { [POLICY]: _, ...always } = securityHeaders;
  const workers = files.filter((file) => headersFor(file) !== securityHeaders);
  if (workers.length !== 1) throw new Error(`_headers: one script of the worker expected, got ${workers.length}`);
  const rule = (path: string, headers: Readonly<Record<string, string>>) =>
    [path, ...Object.entries(headers).map(([name, value]) => `  ${name}: ${value}`)].join("\n");
  const policyOf = (path: string) => rule(path, { [POLICY]: headersFor(path)[POLICY] ?? "" });
  const paths = ["/", "/index.html", "/sw.js", ...workers.map((file) => `/${file}`)];
  return `${[rule("/*", always), ...paths.map(policyOf)].join("\n\n")}\n`;
}
