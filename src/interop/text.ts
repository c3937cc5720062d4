/**
 * Bytes of a user's file → text. Accepts UTF-8 and UTF-16, with or without byte order mark, and turns every line end into
 * "\n". Nothing is guessed beyond that and no byte is replaced: empty, binary, wrongly encoded and too large files are
 * refused with the numbers, so that a model never trains on garbage. Details of a refusal carry a `reason`.
 */
import { type FaultCode, InputError } from "../core/errors.ts";
import type { OwnData } from "../core/task.ts";

/** Largest text file. A character becomes three numbers of four bytes, and a buffer may have 128 MiB. */
const MAXIMUM_TEXT_BYTES = 16 * 2 ** 20;

const PREVIEW_CHARACTERS = 200;
const SAMPLE_BYTES = 4096;

/** What a file may be, and under which code it is refused. */
export interface TextRules {
  readonly code: Extract<FaultCode, "text-invalid" | "csv-invalid">;
  readonly maximumBytes: number;
}

type Encoding = "utf-8" | "utf-16le" | "utf-16be";

const startsWith = (bytes: Uint8Array, mark: readonly number[]): boolean => mark.every((byte, i) => bytes[i] === byte);

/**
 * Encoding by byte order mark, else by where zeros stand: in UTF-16, text of the Latin script has one in nearly every pair
 * of bytes, always on the same side. UTF-8 otherwise.
 */
function detectEncoding(bytes: Uint8Array): Encoding {
  if (startsWith(bytes, [0xff, 0xfe])) return "utf-16le";
  if (startsWith(bytes, [0xfe, 0xff])) return "utf-16be";
  const pairs = Math.floor(Math.min(bytes.length, SAMPLE_BYTES) / 2);
  const zeros = [0, 0];
  for (let i = 0; i < pairs * 2; i++) if (bytes[i] === 0) zeros[i % 2] = (zeros[i % 2] ?? 0) + 1;
  const [even = 0, odd = 0] = zeros;
  if (odd > pairs / 2 && even === 0) return "utf-16le";
  if (even > pairs / 2 && odd === 0) return "utf-16be";
  return "utf-8";
}

/** Offset of the first byte that is not UTF-8: where a lenient decoder has to put a U+FFFD that the file does not say. */
function firstInvalidOffset(bytes: Uint8Array<ArrayBuffer>): number {
  const lenient = new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);
  let from = 0;
  let offset = 0;
  for (;;) {
    const replaced = lenient.indexOf("\ufffd", from);
    if (replaced === -1) return bytes.length;
    offset += new TextEncoder().encode(lenient.slice(from, replaced)).length;
    if (!startsWith(bytes.subarray(offset, offset + 3), [0xef, 0xbf, 0xbd])) return offset;
    offset += 3; // the file says U+FFFD itself
    from = replaced + 1;
  }
}

/** The decoded text without its byte order mark, or null where the bytes are not of this encoding. */
function decode(bytes: Uint8Array<ArrayBuffer>, encoding: Encoding): string | null {
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes);
  } catch {
    return null;
  }
}

/**
 * The text of a file. Throws `InputError` with `reason` "empty", "too-large" (bytes, maximumBytes), "binary" (offset of the
 * first zero byte) or "encoding" (offset and byte of the first one that is not UTF-8; for UTF-16 the size).
 */
export function decodeText(bytes: Uint8Array<ArrayBuffer>, rules: TextRules): string {
  const refuse = (details: Readonly<Record<string, string | number>>) => new InputError(rules.code, details);
  if (bytes.length > rules.maximumBytes) {
    throw refuse({ reason: "too-large", bytes: bytes.length, maximumBytes: rules.maximumBytes });
  }
  const encoding = detectEncoding(bytes);
  const zero = encoding === "utf-8" ? bytes.indexOf(0) : -1;
  if (zero >= 0) throw refuse({ reason: "binary", offset: zero, bytes: bytes.length });
  const text = decode(bytes, encoding);
  if (text === null) {
    if (encoding !== "utf-8") throw refuse({ reason: "encoding", encoding, bytes: bytes.length });
    const offset = firstInvalidOffset(bytes);
    throw refuse({ reason: "encoding", encoding, offset, byte: bytes[offset] ?? 0 });
  }
  if (text === "") throw refuse({ reason: "empty", bytes: bytes.length });
  const zeroCharacter = text.indexOf("\0"); // only UTF-16 gets here with one; counted from the end, because a mark was dropped
  if (zeroCharacter >= 0) {
    const offset = bytes.length - 2 * (text.length - zeroCharacter);
    throw refuse({ reason: "binary", offset, bytes: bytes.length });
  }
  return text.replace(/\r\n?/g, "\n");
}

const RULES: TextRules = { code: "text-invalid", maximumBytes: MAXIMUM_TEXT_BYTES };

/** A text file for the task on own text. Throws as `decodeText` does. */
export function readOwnText(bytes: Uint8Array<ArrayBuffer>): Extract<OwnData, { kind: "text" }> {
  return { kind: "text", text: decodeText(bytes, RULES) };
}

/** What the page shows of a text before it is used. Characters are Unicode code points. */
export interface TextPreview {
  readonly kind: "text";
  readonly characters: number;
  readonly symbols: number;
  readonly start: string;
}

/** Counts and beginning of a text file. Throws as `decodeText` does. */
export function previewText(bytes: Uint8Array<ArrayBuffer>): TextPreview {
  const { text } = readOwnText(bytes);
  const symbols = new Set<string>();
  let characters = 0;
  let start = "";
  for (const character of text) {
    symbols.add(character);
    if (characters++ < PREVIEW_CHARACTERS) start += character;
  }
  return { kind: "text", characters, symbols: symbols.size, start };
}
