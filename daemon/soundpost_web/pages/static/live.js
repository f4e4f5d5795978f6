// Keeps the live page up to date: the server sends elements, which replace those of the same id.
"use strict";

(() => {
  const live = document.getElementById("live");
  const nodes = document.getElementById("nodes");
  const events = document.getElementById("events");
  const lost = document.getElementById("lost");
  const banner = document.getElementById("banner");

  // Elements come from this server only, with every name and label escaped there.
  const element = (html) => {
    const template = document.createElement("template");
    template.innerHTML = html;
    return template.content.firstElementChild;
  };

  const showNode = (html) => {
    const fresh = element(html);
    const old = document.getElementById(fresh.id);
    if (old) {
      const focused = old.contains(document.activeElement);
      old.replaceWith(fresh);
      if (focused) fresh.querySelector("a").focus();
      return;
    }
    const after = [...nodes.children].find((node) => node.dataset.name > fresh.dataset.name);
    nodes.insertBefore(fresh, after || null);
  };

  const showEvent = (html, isNew) => {
    const fresh = element(html);
    const old = document.getElementById(fresh.id);
    if (old) {
      const focused = old.contains(document.activeElement);
      old.replaceWith(fresh);
      if (focused) fresh.querySelector("a")?.focus();
      return;
    }
    fresh.classList.toggle("fresh", isNew);
    events.prepend(fresh);
    while (events.children.length > Number(events.dataset.most)) events.lastElementChild.remove();
  };

  const show = (change) => {
    if (change.all) {
      nodes.replaceChildren();
      events.replaceChildren();
    }
    change.nodes.forEach(showNode);
    change.events.forEach((html) => showEvent(html, !change.all));
    if (change.banner !== null) banner.innerHTML = change.banner;
    document.getElementById("no-nodes").hidden = nodes.children.length > 0;
    document.getElementById("no-events").hidden = events.children.length > 0;
  };

  const stream = new EventSource(live.dataset.stream);
  stream.addEventListener("change", (message) => {
    lost.hidden = true;
    show(JSON.parse(message.data));
  });
  stream.addEventListener("error", () => {
    lost.hidden = false;
    // A browser gives up after a refusal, as when the session has ended: then log in again.
    if (stream.readyState === EventSource.CLOSED) setTimeout(() => location.reload(), 10000);
  });
})();
