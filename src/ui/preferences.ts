/**
 * What belongs to the person and not to the experiment: theme, single-key shortcuts, training in a hidden tab, the player of new runs. Kept in
 * the browser; where that is refused (private mode, policy) they last until the page closes, which needs no message.
 */
import type { BackendWish } from "../core/backend.ts";
import { readWish } from "./players.ts";

/** `auto` follows the system. */
export type Theme = "auto" | "light" | "dark";

/** Every preference of the page. */
export interface Preferences {
  readonly theme: Theme;
  /** Single-key shortcuts can be switched off (WCAG 2.1.4). */
  readonly shortcuts: boolean;
  readonly pauseWhenHidden: boolean;
  /** What new runs train on. */
  readonly backend: BackendWish;
}

/** Preferences of a first visit. */
export const DEFAULT_PREFERENCES: Preferences = {
  theme: "auto",
  shortcuts: true,
  pauseWhenHidden: false,
  backend: "auto",
};

const KEY = "gatescope-preferences";

/** Reads stored text; whatever is not a preference in it is left at its default. */
export function parsePreferences(text: string | null): Preferences {
  let stored: unknown;
  try {
    stored = JSON.parse(text ?? "null");
  } catch {
    return DEFAULT_PREFERENCES; // someone else's or half-written text: a preference is not worth a message
  }
  if (typeof stored !== "object" || stored === null) return DEFAULT_PREFERENCES;
  const { theme, shortcuts, pauseWhenHidden, backend } = {
    ...DEFAULT_PREFERENCES,
    ...stored,
  } satisfies Record<string, unknown>;
  return {
    theme: theme === "light" || theme === "dark" ? theme : "auto",
    shortcuts: shortcuts !== false,
    pauseWhenHidden: pauseWhenHidden === true,
    backend: readWish(backend) ?? "auto",
  };
}

/** Preferences of this browser. */
export function loadPreferences(): Preferences {
  try {
    return parsePreferences(localStorage.getItem(KEY));
  } catch {
    return DEFAULT_PREFERENCES; // storage refused by the browser, see the header
  }
}

/** Keeps preferences for the next visit and lets the page look like them. */
export function applyPreferences(preferences: Preferences): void {
  const { documentElement } = document;
  if (preferences.theme === "auto") delete documentElement.dataset.theme;
  else documentElement.dataset.theme = preferences.theme;
  try {
    localStorage.setItem(KEY, JSON.stringify(preferences));
  } catch {
    // storage refused by the browser, see the header
  }
}
