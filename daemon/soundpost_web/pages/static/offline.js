// Says on every page that the server is away, and installs the service worker, which keeps a page
// for that time. The live page is told so by its stream.
"use strict";

(() => {
  const away = document.getElementById("away");
  const pause = 30000;

  const look = async () => {
    if (document.hidden) return;
    try {
      const answer = await fetch("/alive", { cache: "no-store" });
      away.hidden = answer.ok;
    } catch {
      away.hidden = false;
    }
  };

  if (away && !document.getElementById("live")) {
    addEventListener("offline", () => (away.hidden = false));
    addEventListener("online", look);
    document.addEventListener("visibilitychange", look);
    setInterval(look, pause);
  }
  // Browsers have it on pages by HTTPS, and on those of the same machine, only.
  navigator.serviceWorker?.register("/service-worker.js");
})();
