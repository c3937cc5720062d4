/* global version, files -- the build puts both lines above this file. */
/*
 * Serves the whole app from the cache of one version. A new version waits until the page says that no run is live
 * (`postMessage("activate")`), so a page never mixes files of two versions.
 */
const cacheName = `gatescope-${version}`;

self.addEventListener("install", (event) => {
  event.waitUntil(caches.open(cacheName).then((cache) => cache.addAll(files)));
});

self.addEventListener("activate", (event) => {
  const dropOthers = async () => {
    const names = await caches.keys();
    await Promise.all(names.filter((name) => name !== cacheName).map((name) => caches.delete(name)));
    await self.clients.claim();
  };
  event.waitUntil(dropOthers());
});

self.addEventListener("message", (event) => {
  if (event.data === "activate") self.skipWaiting();
});

self.addEventListener("fetch", (event) => {
  if (event.request.method !== "GET") return;
  // Module scripts are requested with CORS; servers that answer `Vary: Origin` would make each of them a miss.
  const answer = caches
    .open(cacheName)
    .then((cache) => cache.match(event.request, { ignoreVary: true, ignoreSearch: true }));
  event.respondWith(answer.then((cached) => cached ?? fetch(event.request)));
});
