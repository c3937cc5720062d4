/**
 * The one Content-Security-Policy, and the headers that carry it. The page has it as a meta element too, for hosts that
 * cannot send headers. Workers loaded by URL do not inherit the page's policy: they need the header on their own script.
 */

const SCRIPTS = "script-src 'self'";

const directives = [
  "default-src 'none'",
  SCRIPTS,
  "style-src 'self'",
  "img-src 'self' data: blob:",
  "connect-src 'self'",
  "worker-src 'self'",
  "manifest-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types app",
];

/** Policy for the meta element, which cannot carry `frame-ancestors`. */
export const metaPolicy = directives.join("; ");

const policy = [...directives, "frame-ancestors 'none'"].join("; ");

/** Name of the header that carries the policy. */
export const POLICY = "Content-Security-Policy";

/** Headers for every response but the worker's script. @type {Readonly<Record<string, string>>} */
export const securityHeaders = {
  [POLICY]: policy,
  "X-Content-Type-Options": "nosniff",
  "Referrer-Policy": "no-referrer",
};

/** The engine's worker as the build names it: the only script that may compile WebAssembly. */
const WORKER_SCRIPT = /(^|\/)assets\/entry-[^/]+\.js$/;

/**
 * Headers for the response to that path. Where a host sends none, the worker has no policy of its own and compiles as well.
 * @param {string} path
 * @returns {Readonly<Record<string, string>>}
 */
export function headersFor(path) {
  if (!WORKER_SCRIPT.test(path)) return securityHeaders;
  return { ...securityHeaders, [POLICY]: policy.replace(SCRIPTS, `${SCRIPTS} 'wasm-unsafe-eval'`) };
}
