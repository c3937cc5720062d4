/**
 * The keyboard shortcuts, in one table that also prints the help sheet. A key pressed while somebody types, or on an
 * element that has its own use for it, is left alone.
 */

/** What a shortcut does; `help.<action>` says it in words. */
export type ShortcutAction = "toggle-play" | "step" | "reset" | "undo" | "help";

/** One row of the table. `shown` is what the key is called on the help sheet. */
export interface Shortcut {
  readonly action: ShortcutAction;
  readonly key: string;
  readonly control: boolean;
  readonly shown: string;
}

/** Every shortcut. */
export const SHORTCUTS: readonly Shortcut[] = [
  { action: "toggle-play", key: " ", control: false, shown: "Space" },
  { action: "step", key: "ArrowRight", control: false, shown: "→" },
  { action: "reset", key: "r", control: false, shown: "R" },
  { action: "undo", key: "z", control: true, shown: "Ctrl Z" },
  { action: "help", key: "?", control: false, shown: "?" },
];

/** The part of a keyboard event that matters here. */
export interface Press {
  readonly key: string;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly altKey: boolean;
  readonly repeat: boolean;
  readonly defaultPrevented: boolean;
}

/** How the focused element uses keys: all of them, Space and Enter only, arrows only, or none. */
export type KeyUse = "typing" | "button" | "arrows" | "none";

/** The shortcut of a press, or null. */
export function shortcutOf(press: Press, use: KeyUse): ShortcutAction | null {
  if (press.defaultPrevented || press.altKey || use === "typing") return null;
  const control = press.ctrlKey || press.metaKey;
  const key = press.key.length === 1 ? press.key.toLowerCase() : press.key;
  const found = SHORTCUTS.find((shortcut) => shortcut.key === key && shortcut.control === control);
  if (!found) return null;
  if (use === "button" && key === " ") return null;
  if (use === "arrows" && key === "ArrowRight") return null;
  // Holding the arrow trains on; holding Space or R would flicker.
  return press.repeat && found.action !== "step" ? null : found.action;
}

const TYPING = "input:not([type=checkbox], [type=radio], [type=range]), textarea, select, [contenteditable]";
const BUTTONS = "button, a[href], summary, input[type=checkbox]";
const ARROWS = "input[type=radio], input[type=range], [role=slider], [role=grid], [role=application], canvas";

/** What the element under the keyboard does with keys itself. */
export function keyUseOf(element: Element | null): KeyUse {
  if (!element) return "none";
  if (element.closest(TYPING)) return "typing";
  if (element.closest(ARROWS)) return "arrows";
  return element.closest(BUTTONS) ? "button" : "none";
}
