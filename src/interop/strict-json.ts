/**
 * JSON text of untrusted origin: parsed as the standard says, and refused where two keys of one object are equal.
 * `JSON.parse` keeps the last of them without a word, so two readers could see different things in one file.
 */

/** An object holds the same key twice. */
export class DuplicateKeyError extends Error {
  override readonly name = "DuplicateKeyError";
  readonly key: string;
  constructor(key: string) {
    super(`duplicate key ${key.slice(0, 100)}`);
    this.key = key;
  }
}

/** Parses `text`. Throws `SyntaxError` for bad JSON and `DuplicateKeyError`; nesting of any depth is legal. */
export function parseStrictJson(text: string): unknown {
  const value: unknown = JSON.parse(text);
  refuseDuplicateKeys(text);
  return value;
}

/** Walks valid JSON text without recursion: a string before a colon is a key of the innermost open object. */
function refuseDuplicateKeys(text: string): void {
  const open: Set<string>[] = [];
  let i = 0;
  while (i < text.length) {
    const character = text[i];
    if (character !== '"') {
      if (character === "{" || character === "[") open.push(new Set());
      else if (character === "}" || character === "]") open.pop();
      i += 1;
      continue;
    }
    const end = endOfString(text, i);
    if (text[skipSpace(text, end)] === ":") addKey(open, text.slice(i, end));
    i = end;
  }
}

function addKey(open: readonly Set<string>[], literal: string): void {
  // Escapes are resolved first: "a" and "\u0061" are the same key.
  const key = String(JSON.parse(literal));
  const keys = open.at(-1);
  if (keys?.has(key)) throw new DuplicateKeyError(key);
  keys?.add(key);
}

/** Position after the closing quote of the string that opens at `start`. */
function endOfString(text: string, start: number): number {
  let i = start + 1;
  while (text[i] !== '"') i += text[i] === "\\" ? 2 : 1;
  return i + 1;
}

function skipSpace(text: string, start: number): number {
  let i = start;
  while (text[i] === " " || text[i] === "\n" || text[i] === "\r" || text[i] === "\t") i += 1;
  return i;
}
