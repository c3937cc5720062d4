/**
 * Registers the service worker that the build emits as `sw.js`, so that the page works without a network after the
 * first visit. A new version waits until the page asks for it: a page must never mix files of two versions, and a live
 * run must not be cut off.
 */
import { trustScriptUrl } from "../worker/client.ts";

/** `ready`: everything is stored for use offline. `update`: a newer version is stored and waits. */
export type OfflineNews = "ready" | "update";

/**
 * Starts keeping the app for offline use and tells `notify` when there is news. Does nothing in development or where
 * the browser has no service workers (an insecure context, some private windows); a refusal by the browser is not a
 * fault of the run and leaves the page as it is.
 */
export async function keepOffline(notify: (news: OfflineNews) => void): Promise<void> {
  if (!import.meta.env.PROD || !("serviceWorker" in navigator)) return;
  try {
    const registration = await navigator.serviceWorker.register(trustScriptUrl("./sw.js"));
    if (registration.waiting) notify("update");
    else if (registration.active) notify("ready");
    registration.addEventListener("updatefound", () => {
      const incoming = registration.installing;
      incoming?.addEventListener("statechange", () => {
        if (incoming.state === "installed" && registration.active) notify("update");
        if (incoming.state === "activated") notify("ready");
      });
    });
  } catch (reason) {
    if (!(reason instanceof TypeError || reason instanceof DOMException)) throw reason;
  }
}

/** Lets the waiting version take over and loads it. For a button that is offered while no run is live. */
export async function activateUpdate(): Promise<void> {
  const registration = await navigator.serviceWorker.getRegistration();
  if (!registration?.waiting) return;
  navigator.serviceWorker.addEventListener("controllerchange", () => location.reload(), { once: true });
  registration.waiting.postMessage("activate");
}
