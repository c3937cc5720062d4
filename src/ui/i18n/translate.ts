/**
 * Looks up every visible sentence and fills in its numbers. `t` is typed by the placeholders of the English text, so a
 * forgotten or misspelt number does not compile; `translate` is for keys that arrive as data (faults, notes of a
 * dataset), whose values the compiler cannot know. Numbers are formatted here, never by the caller's template string.
 */
import { en, type Messages } from "./en.ts";
import { formatNumber, pluralCategory } from "./format.ts";

/** Key of a visible sentence. */
export type MessageKey = keyof Messages;

type PlaceholdersOf<Text extends string> = Text extends `${string}{${infer Name}}${infer Rest}`
  ? Name | PlaceholdersOf<Rest>
  : never;
type TextOf<Message> = Message extends string
  ? Message
  : Message extends { readonly other: infer Other }
    ? Other
    : never;
type Placeholders<Key extends MessageKey> =
  TextOf<Messages[Key]> extends infer Text ? (Text extends string ? PlaceholdersOf<Text> : never) : never;

/** Values of a message: numbers are formatted for the language, strings are inserted as they are. */
export type MessageValues = Readonly<Record<string, string | number>>;
type Arguments<Key extends MessageKey> = [Placeholders<Key>] extends [never]
  ? []
  : [values: Readonly<Record<Placeholders<Key>, string | number>>];

/**
 * The sentence of `key` with its values. A plural message chooses its form by `count`, which must be a number there.
 * A placeholder without a value stays visible in braces: the sentence still stands, and the fault is seen.
 */
export function translate(key: MessageKey, values: MessageValues): string {
  const message: string | Plural = en[key];
  const text = typeof message === "string" ? message : choose(message, values.count);
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => {
    const value = values[name];
    if (value === undefined) return whole;
    return typeof value === "number" ? formatNumber(value) : value;
  });
}

/** The sentence of `key`; the values it needs are part of the type. */
export function t<Key extends MessageKey>(key: Key, ...values: Arguments<Key>): string {
  return translate(key, values[0] ?? {});
}

/** True when a key that came as data names a sentence. */
export function isMessageKey(key: string): key is MessageKey {
  return Object.hasOwn(en, key);
}

/** A sentence that differs between one and many. */
export interface Plural {
  readonly one: string;
  readonly other: string;
}

function choose(message: Plural, count: string | number | undefined): string {
  return typeof count === "number" && pluralCategory(count) === "one" ? message.one : message.other;
}
