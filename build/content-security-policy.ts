/**
 * Vite plugin: writes the policy into the built page and emits `_headers` for hosts that read it. Only in a build: in
 * development React's refresh preamble is an inline script.
 */
import type { Plugin } from "vite";
import { metaPolicy, securityHeaders } from "./security-headers.mjs";

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
    generateBundle() {
      const lines = Object.entries(securityHeaders).map(([name, value]) => `  ${name}: ${value}`);
      this.emitFile({ type: "asset", fileName: "_headers", source: `/*\n${lines.join("\n")}\n` });
    },
  };
}
