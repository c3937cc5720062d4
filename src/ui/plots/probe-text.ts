/** Checks a text that a person wants to see the gates on, before the worker is asked. */

/** Why a text cannot be shown. */
export type ProbeTextIssue =
  | { readonly kind: "empty" }
  | { readonly kind: "too-long"; readonly length: number; readonly limit: number }
  | { readonly kind: "unknown"; readonly symbols: readonly string[] };

/** Unknown symbols named in one refusal; more would not be read. */
const SYMBOLS_NAMED = 8;

/**
 * The first reason against a text, or null. Symbols are code points, as the vocabulary counts them; the limit is the
 * steps a run's probe can hold.
 */
export function probeTextIssue(text: string, vocabulary: readonly string[], limit: number): ProbeTextIssue | null {
  const symbols = [...text];
  if (symbols.length === 0) return { kind: "empty" };
  const known = new Set(vocabulary);
  const unknown = [...new Set(symbols.filter((symbol) => !known.has(symbol)))];
  if (unknown.length > 0) return { kind: "unknown", symbols: unknown.slice(0, SYMBOLS_NAMED) };
  return symbols.length > limit ? { kind: "too-long", length: symbols.length, limit } : null;
}
