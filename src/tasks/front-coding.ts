/**
 * Front coding of a sorted list of lower-case words: each word is the length of the prefix it shares with the word before,
 * as a capital (A = 0), and then the rest of its letters. 116,868 words take 393 kB so, and 199 kB gzipped, against 326 kB
 * for the plain list gzipped. The build encodes, the page decodes.
 */

const PREFIX_ZERO = 65; // "A"

/** Encodes words of a–z in ascending order, each at most 26 letters. */
export function encodeWords(words: readonly string[]): string {
  let coded = "";
  let previous = "";
  for (const word of words) {
    let shared = 0;
    while (shared < word.length && word[shared] === previous[shared]) shared++;
    coded += String.fromCharCode(PREFIX_ZERO + shared) + word.slice(shared);
    previous = word;
  }
  return coded;
}

/** The inverse of `encodeWords`. */
export function decodeWords(coded: string): string[] {
  const words: string[] = [];
  let previous = "";
  for (const [, prefix = "", rest = ""] of coded.matchAll(/([A-Z])([a-z]*)/g)) {
    previous = previous.slice(0, prefix.charCodeAt(0) - PREFIX_ZERO) + rest;
    words.push(previous);
  }
  return words;
}
