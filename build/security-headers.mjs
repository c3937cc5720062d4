/**
 * The one Content-Security-Policy, and the headers that carry it. The page has it as a meta element too, for hosts that
 * cannot send headers. Workers loaded by URL do not inherit the page's policy: they need the header on their own script.
 */

const directives = [
  "default-src 'none'",
  "script-src 'self'",
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

/** Headers for every response. @type {Readonly<Record<string, string>>} */
export const securityHeaders = {
  "Content-Security-Policy": [...directives, "frame-ancestors 'none'"].join("; "),
  "X-Content-Type-Options": "nosniff",
  "Referrer-Policy": "no-referrer",
};
