/**
 * A fault as one sentence. Faults arrive as data, so the compiler cannot know which numbers one carries: the most precise
 * sentence whose placeholders are all filled is taken, and every code has one without any.
 */
import type { Fault, FaultCode } from "../core/errors.ts";
import type { Messages } from "./i18n/en.ts";
import { isMessageKey, translate } from "./i18n/translate.ts";

/** Compiles only while every fault has a sentence. */
type FaultKey = `fault.${FaultCode}` & keyof Messages;
const keyOf = (code: FaultCode): FaultKey => `fault.${code}`;

const PLACEHOLDER = /\{\w+\}/;

/** The sentence for a fault: by its reason where it names one, else by its code, else without numbers. */
export function faultSentence({ code, details }: Fault): string {
  const key = keyOf(code);
  const candidates = [`${key}.${details.reason}`, key, `${key}.plain`].filter(isMessageKey);
  const sentences = candidates.map((candidate) => translate(candidate, details));
  return sentences.find((sentence) => !PLACEHOLDER.test(sentence)) ?? translate(`${key}`, details);
}
