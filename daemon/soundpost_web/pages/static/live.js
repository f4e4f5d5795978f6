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

  // Puts an element in the place of that of its id, unless it is the same: a screen reader would
  // read it again, and a person who is on its link would lose it. Returns false if there is none.
  const replace = (fresh) => {
    const old = document.getElementById(fresh.id);
    if (!old) return false;
    old.classList.remove("fresh");
    if (old.outerHTML === fresh.outerHTML) return true;
    const focused = old.contains(document.activeElement);
    old.replaceWith(fresh);
    if (focused) fresh.querySelector("a")?.focus();
    return true;
  };

  const showNode = (fresh) => {
    if (replace(fresh)) return;
    const after = [...nodes.children].find((node) => node.dataset.name > fresh.dataset.name);
    nodes.insertBefore(fresh, after || null);
  };

  const showEvent = (fresh, isNew) => {
    if (replace(fresh)) return;
    fresh.classList.toggle("fresh", isNew);
    events.prepend(fresh);
    while (events.children.length > Number(events.dataset.most)) events.lastElementChild.remove();
  };

  const keepOnly = (list, elements) => {
    const ids = new Set(elements.map((kept) => kept.id));
    [...list.children].filter((child) => !ids.has(child.id)).forEach((child) => child.remove());
  };

  const show = (change) => {
    const freshNodes = change.nodes.map(element);
    const freshEvents = change.events.map(element);
    if (change.all) {
      keepOnly(nodes, freshNodes);
      keepOnly(events, freshEvents);
    }
    freshNodes.forEach(showNode);
    freshEvents.forEach((fresh) => showEvent(fresh, !change.all));
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
