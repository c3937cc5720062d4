/**
 * JSON ↔ the compact text that links carry: deflated, base64url. The text is untrusted: its size is capped before decoding,
 * the inflated size while inflating. What the value means is the caller's to check.
 */
import { type Fault, InputError } from "../core/errors.ts";

/** Longest text accepted, in characters. A schema-valid experiment with 256 long column names stays below it. */
export const LINK_TEXT_LIMIT = 65_536;
/** Inflation stops here, in bytes: a bomb costs no more than this. */
const INFLATED_LIMIT_BYTES = 1_048_576;

/** A value as URL-safe text. */
export async function packJson(value: unknown): Promise<string> {
  const json = new TextEncoder().encode(JSON.stringify(value));
  const packed = await collect(new Blob([json]).stream().pipeThrough(new CompressionStream("deflate-raw")), Infinity);
  return toBase64Url(packed);
}

/** A value that came out of a text, or why none did. */
export type Unpacked =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly fault: Fault & { readonly code: "link-too-large" | "link-invalid" } };

const refuse = (code: "link-too-large" | "link-invalid", details: Fault["details"]): Unpacked => ({
  ok: false,
  fault: { code, details },
});

/** Reads such a text; every way of being wrong is a fault with the numbers, never an exception. */
export async function unpackJson(text: string, limit = LINK_TEXT_LIMIT): Promise<Unpacked> {
  if (text.length > limit) return refuse("link-too-large", { characters: text.length, limit });
  const packed = fromBase64Url(text);
  if (!packed) return refuse("link-invalid", { reason: "encoding" });
  try {
    const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("deflate-raw"));
    const bytes = await collect(stream, INFLATED_LIMIT_BYTES);
    return { ok: true, value: JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes)) };
  } catch (error) {
    if (error instanceof InputError) return refuse("link-too-large", error.details);
    return refuse("link-invalid", { reason: "content" });
  }
}

async function collect(stream: ReadableStream, limitBytes: number): Promise<Uint8Array<ArrayBuffer>> {
  const reader = stream.getReader();
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  let total = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    total += value.length;
    if (total > limitBytes) {
      await reader.cancel();
      throw new InputError("link-too-large", { bytes: total, limit: limitBytes });
    }
    chunks.push(value);
  }
  const all = new Uint8Array(total);
  let offset = 0;
  for (const chunk of chunks) {
    all.set(chunk, offset);
    offset += chunk.length;
  }
  return all;
}

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

function toBase64Url(bytes: Uint8Array): string {
  let text = "";
  for (let i = 0; i < bytes.length; i += 3) {
    const triple = ((bytes[i] ?? 0) << 16) | ((bytes[i + 1] ?? 0) << 8) | (bytes[i + 2] ?? 0);
    const digits = Math.min(4, bytes.length - i + 1);
    for (let digit = 0; digit < digits; digit++) text += ALPHABET[(triple >> (18 - 6 * digit)) & 63];
  }
  return text;
}

/** Null for a character outside the alphabet or an impossible length. */
function fromBase64Url(text: string): Uint8Array<ArrayBuffer> | null {
  if (text.length % 4 === 1) return null;
  const bytes = new Uint8Array(Math.floor((text.length * 3) / 4));
  let bits = 0;
  let held = 0;
  let length = 0;
  for (const character of text) {
    const digit = ALPHABET.indexOf(character);
    if (digit < 0) return null;
    bits = ((bits << 6) | digit) & 0xffff;
    held += 6;
    if (held < 8) continue;
    held -= 8;
    bytes[length++] = (bits >> held) & 0xff;
  }
  return bytes;
}
