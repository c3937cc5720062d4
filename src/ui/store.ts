/**
 * The state's one holder: a framework-free store around `reduce`, with a thin React binding. Components read slices by
 * `useApp` and never write; events come from the session.
 */
import { createContext, useContext } from "react";
import { useStore } from "zustand";
import { createStore, type StoreApi } from "zustand/vanilla";
import type { Event as WorkerEvent } from "../worker/protocol.ts";
import type { Session } from "./session.ts";
import { type AppState, initialState, type PageEvent, reduce } from "./state.ts";

/** Holds the state; `dispatch` is the only way to change it. */
export interface AppStore {
  readonly get: () => AppState;
  readonly dispatch: (event: PageEvent | WorkerEvent) => void;
  /** Calls `listener` after every change, with the state before it. */
  readonly subscribe: (listener: (state: AppState, before: AppState) => void) => () => void;
  readonly store: StoreApi<AppState>;
}

/** A new store in the initial state. */
export function createAppStore(): AppStore {
  const store = createStore<AppState>(() => initialState);
  return {
    get: store.getState,
    dispatch: (event) => store.setState((state) => reduce(state, event), true),
    subscribe: store.subscribe,
    store,
  };
}

/** What every component may reach: the state to show and the session to ask. */
export interface AppContext {
  readonly app: AppStore;
  readonly session: Session;
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
