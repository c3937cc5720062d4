/** The state's one holder: a framework-free store around `reduce`. React reads it through `app-context.ts`. */
import { createStore, type StoreApi } from "zustand/vanilla";
import type { Event as WorkerEvent } from "../worker/protocol.ts";
import { type AppState, initialState, type PageEvent } from "./app-state.ts";
import { reduce } from "./state.ts";

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
