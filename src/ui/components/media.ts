/** Media queries as React values, for the few places where a narrow page has other elements and not only other sizes. */
import { useSyncExternalStore } from "react";

/** Below this width the page is one column; the same number stands in the CSS modules, which cannot share it. */
const NARROW = "(max-width: 56rem)";

function useMedia(query: string): boolean {
  return useSyncExternalStore(
    (changed) => {
      const list = matchMedia(query);
      list.addEventListener("change", changed);
      return () => list.removeEventListener("change", changed);
    },
    () => matchMedia(query).matches,
  );
}

/** True where the page is one column. */
export function useNarrow(): boolean {
  return useMedia(NARROW);
}
