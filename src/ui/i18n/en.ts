/**
 * Every visible sentence of the page in English, gathered from one file per part of the page. This is the catalogue
 * that other languages must match key by key. Placeholders stand in braces; a plural message is chosen by `{count}`.
 */
import { dialogMessages } from "./en/dialogs.ts";
import { faultMessages } from "./en/faults.ts";
import { fieldMessages } from "./en/fields.ts";
import { shellMessages } from "./en/shell.ts";
import { viewMessages } from "./en/views.ts";

/** The English catalogue. */
export const en = { ...shellMessages, ...dialogMessages, ...viewMessages, ...fieldMessages, ...faultMessages } as const;

/** Shape of a catalogue. */
export type Messages = typeof en;
