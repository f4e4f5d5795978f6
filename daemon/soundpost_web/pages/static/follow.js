// Follows what is still running at the server: while an element has `data-follow`, it is fetched
// again with its page, every two seconds or as many milliseconds as it says, and put in the place
// of the old one. Where the new page has it no longer, `data-reload` loads all of that page.
"use strict";

(() => {
  const shortest = 2000;
  const most = 300; // ten minutes: a result may never come, as when a node has ended

  const pause = () => Math.max(shortest, ...[...running()].map((each) => Number(each.dataset.follow)));
  const running = () => document.querySelectorAll("[data-follow]");

  const look = async (count) => {
    try {
      if (!document.hidden) {
        const answer = await fetch(location.href, { cache: "no-store" });
        const page = new DOMParser().parseFromString(await answer.text(), "text/html");
        for (const old of running()) {
          const fresh = page.getElementById(old.id);
          if (!fresh && "reload" in old.dataset) return location.reload();
          if (fresh && fresh.outerHTML !== old.outerHTML) old.replaceWith(fresh);
        }
      }
    } catch {
      // The page may be restarting.
    }
    if (running().length && count < most) setTimeout(() => look(count + 1), pause());
  };
  if (running().length) setTimeout(() => look(1), pause());
})();
