/**
 * The colours that canvases draw with, read from the design tokens whenever the scheme changes. Canvases cannot use
 * custom properties themselves; a wrong guess here would leave light ink on dark paper until the next reload.
 */
import { useSyncExternalStore } from "react";
import type { Palette } from "../plots/palette.ts";

const SYSTEM_SCHEMES = ["(prefers-color-scheme: dark)", "(forced-colors: active)"];

function readPalette(): Palette {
  const computed = getComputedStyle(document.documentElement);
  const color = (token: string) => computed.getPropertyValue(token).trim();
  const chosen = document.documentElement.dataset.theme;
  const dark = chosen === undefined ? matchMedia("(prefers-color-scheme: dark)").matches : chosen === "dark";
  return {
    scheme: dark ? "dark" : "light",
    surface: color("--surface"),
    ink: color("--ink"),
    inkSoft: color("--ink-soft"),
    hairline: color("--hairline"),
    danger: color("--danger"),
    train: color("--series-train"),
    validation: color("--series-validation"),
    font: computed.getPropertyValue("--font").trim(),
  };
}

let palette: Palette | null = null;
const listeners = new Set<() => void>();
let stopWatching: (() => void) | null = null;

function refresh(): void {
  palette = readPalette();
  for (const listener of listeners) listener();
}

function watch(): () => void {
  const queries = SYSTEM_SCHEMES.map((query) => matchMedia(query));
  for (const query of queries) query.addEventListener("change", refresh);
  const observer = new MutationObserver(refresh);
  observer.observe(document.documentElement, { attributeFilter: ["data-theme"] });
  refresh();
  return () => {
    for (const query of queries) query.removeEventListener("change", refresh);
    observer.disconnect();
    palette = null;
  };
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  stopWatching ??= watch();
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0) return;
    stopWatching?.();
    stopWatching = null;
  };
}

function current(): Palette {
  palette ??= readPalette();
  return palette;
}

/** The palette of the scheme in force; the same object until the scheme changes. */
export function usePalette(): Palette {
  return useSyncExternalStore(subscribe, current);
}
