/**
 * The thin binding between React and everything that lives outside it. Components read slices of the state by `useApp`
 * and never write; what they want they ask of the session or the page.
 */
import { createContext, useContext } from "react";
import { useStore } from "zustand";
import type { AppState } from "./app-state.ts";
import type { Page } from "./page.ts";
import type { RunSeries } from "./series.ts";
import type { Session } from "./session.ts";
import type { AppStore } from "./store.ts";

/** What every component may reach: the state to show and the session to ask. */
export interface AppContext {
  readonly app: AppStore;
  readonly session: Session;
  readonly page: Page;
  readonly series: RunSeries;
}

/** Provided once, by `main.tsx`. */
export const AppContextHolder = createContext<AppContext | null>(null);

function useAppContext(): AppContext {
  const context = useContext(AppContextHolder);
  if (!context) throw new Error("a component was mounted outside AppContextHolder");
  return context;
}

/** A slice of the state; the component draws again when the slice is another object or value. */
export function useApp<Slice>(select: (state: AppState) => Slice): Slice {
  return useStore(useAppContext().app.store, select);
}

/** What a component may ask for. */
export function useSession(): Session {
  return useAppContext().session;
}

/** The page's own tools. */
export function usePage(): Page {
  return useAppContext().page;
}

/** The curves of the run that is shown. */
export function useSeries(): RunSeries {
  return useAppContext().series;
}
