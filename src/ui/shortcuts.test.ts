/** Which press does what, and which is left to the element that has the focus. */
import { describe, expect, it } from "vitest";
import { isMessageKey } from "./i18n/translate.ts";
import { type Press, SHORTCUTS, shortcutOf } from "./shortcuts.ts";

const press = (key: string, rest: Partial<Press> = {}): Press => ({
  key,
  ctrlKey: false,
  metaKey: false,
  altKey: false,
  repeat: false,
  defaultPrevented: false,
  ...rest,
});

describe("shortcutOf", () => {
  it("finds plain keys, in either case", () => {
    expect(shortcutOf(press(" "), "none")).toBe("toggle-play");
    expect(shortcutOf(press("R"), "none")).toBe("reset");
    expect(shortcutOf(press("ArrowRight"), "none")).toBe("step");
  });

  it("leaves the browser its own: reload is not reset", () => {
    expect(shortcutOf(press("r", { ctrlKey: true }), "none")).toBeNull();
    expect(shortcutOf(press("r", { metaKey: true }), "none")).toBeNull();
  });

  it("takes Ctrl Z and ⌘ Z for undo, and a bare z for nothing", () => {
    expect(shortcutOf(press("z", { ctrlKey: true }), "none")).toBe("undo");
    expect(shortcutOf(press("z", { metaKey: true }), "none")).toBe("undo");
    expect(shortcutOf(press("z"), "none")).toBeNull();
  });

  it("rests while somebody types", () => {
    for (const { key, control } of SHORTCUTS) {
      expect(shortcutOf(press(key, { ctrlKey: control }), "typing")).toBeNull();
    }
  });

  it("leaves Space to buttons and arrows to sliders, and nothing else", () => {
    expect(shortcutOf(press(" "), "button")).toBeNull();
    expect(shortcutOf(press("r"), "button")).toBe("reset");
    expect(shortcutOf(press("ArrowRight"), "arrows")).toBeNull();
    expect(shortcutOf(press(" "), "arrows")).toBe("toggle-play");
  });

  it("leaves what somebody else has handled", () => {
    expect(shortcutOf(press("ArrowRight", { defaultPrevented: true }), "none")).toBeNull();
  });

  it("repeats steps, and nothing else, while the key is held", () => {
    expect(shortcutOf(press("ArrowRight", { repeat: true }), "none")).toBe("step");
    expect(shortcutOf(press(" ", { repeat: true }), "none")).toBeNull();
  });
});

describe("the table", () => {
  it("has a line on the help sheet for each shortcut", () => {
    expect(SHORTCUTS.filter(({ action }) => !isMessageKey(`help.${action}`))).toEqual([]);
  });
});
