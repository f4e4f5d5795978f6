// Shows a page that says so while the server is away. It keeps that page and static files, and
// never one that a person sees: those are private, and old at once.
"use strict";

const KEPT = "soundpost-1";
const OFFLINE = "/offline";
const STATIC = "/static/";

const keepOffline = async () => {
  const kept = await caches.open(KEPT);
  const page = await fetch(OFFLINE, { cache: "no-store", credentials: "omit" });
  if (!page.ok) throw new Error("no offline page");
  const html = await page.clone().text();
  const found = html.matchAll(/(?:src|href)="(\/static\/[^"]+)"/g);
  const files = [...new Set([...found].map((match) => match[1]))];
  await kept.addAll(files);
  await kept.put(OFFLINE, page);
  // Static files of earlier versions have other addresses.
  const wanted = new Set([OFFLINE, ...files]);
  for (const request of await kept.keys()) {
    const { pathname, search } = new URL(request.url);
    if (!wanted.has(pathname + search)) await kept.delete(request);
  }
};

addEventListener("install", (event) => event.waitUntil(keepOffline().then(() => skipWaiting())));
addEventListener("activate", (event) => event.waitUntil(clients.claim()));
addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== location.origin) return;
  if (request.mode === "navigate") {
    event.respondWith(fetch(request).catch(() => caches.match(OFFLINE)));
  } else if (url.pathname.startsWith(STATIC)) {
    event.respondWith(caches.match(request).then((file) => file || fetch(request)));
  }
});
