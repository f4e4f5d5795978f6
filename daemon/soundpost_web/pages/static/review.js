// Review by keyboard: each verdict is one small request, and the next event is loaded before.
"use strict";

(() => {
  const card = document.getElementById("card");
  if (!card) return;
  const byId = (id) => document.getElementById(id);
  const form = byId("verdicts");
  const rows = [...document.querySelectorAll("#queue tbody tr")];
  const autoplay = byId("autoplay");
  const reviewed = byId("reviewed");
  const done = []; // the actions of this page, to be undone
  const loaded = new Map(); // players and pictures by event, of the present event and the next one
  let at = Math.max(0, rows.findIndex((row) => row.dataset.event === card.dataset.event));
  let work = Promise.resolve(); // keys are handled one after another, whatever the network does

  try {
    autoplay.checked = localStorage.getItem("autoplay") === "1";
  } catch {
    // Storage is off in this browser.
  }
  autoplay.addEventListener("change", () => {
    try {
      localStorage.setItem("autoplay", autoplay.checked ? "1" : "0");
    } catch {
      // As above.
    }
  });

  const load = (row) => {
    const id = row.dataset.event;
    if (!loaded.has(id)) {
      const sound = new Audio();
      sound.preload = "auto";
      sound.src = row.dataset.sound;
      const picture = new Image();
      picture.src = row.dataset.picture;
      loaded.set(id, { sound, picture });
    }
    return loaded.get(id);
  };
  loaded.set(card.dataset.event, { sound: byId("sound"), picture: byId("picture") });

  // Puts a loaded element in the place of the one that is shown.
  const swap = (id, fresh) => {
    const old = byId(id);
    if (old === fresh) return;
    for (const { name, value } of [...old.attributes]) {
      if (name !== "src") fresh.setAttribute(name, value);
    }
    old.replaceWith(fresh);
  };

  const fail = (text) => {
    const failure = byId("failure");
    failure.textContent = text;
    failure.hidden = !text;
  };

  const labels = (keys) => {
    const group = byId("labels");
    if (!group) return;
    group.replaceChildren(
      ...keys.map((label, index) => {
        const button = document.createElement("button");
        Object.assign(button, { name: "label", value: label, className: "quiet" });
        const key = document.createElement("kbd");
        button.dataset.key = key.textContent = index + 1;
        button.append(`${label} `, key);
        return button;
      }),
    );
  };

  const show = (index) => {
    const row = rows[index];
    const before = card.dataset.event;
    const isNew = row.dataset.event !== before;
    byId("sound").pause();
    at = index;
    rows.forEach((other) => other.removeAttribute("aria-current"));
    row.setAttribute("aria-current", "true");
    card.dataset.event = row.dataset.event;
    byId("card-title").textContent = row.dataset.shown;
    const verdict = row.querySelector(".verdict").textContent.trim();
    byId("facts").textContent = row.dataset.facts + (verdict ? ` · ${verdict}` : "");
    if (form) {
      byId("event").value = row.dataset.event;
      byId("next").value = rows[index + 1]?.dataset.event || "";
      byId("typed").value = "";
    }
    labels(JSON.parse(row.dataset.keys));
    const { sound, picture } = load(row);
    swap("picture", picture);
    swap("sound", sound);
    byId("silent").hidden = row.dataset.here === "1";
    byId("cursor").hidden = true;
    document.dispatchEvent(new Event("player"));
    for (const id of [...loaded.keys()]) if (id !== row.dataset.event) loaded.delete(id);
    if (rows[index + 1]) load(rows[index + 1]);
    if (isNew && autoplay.checked) play();
  };

  const play = () => byId("sound").play().catch(() => {});

  const step = (by) => {
    if (rows[at + by]) show(at + by);
    else if (by > 0) leave();
  };

  // At the end of this part of the queue the server has the next one. A queue of events without a
  // verdict begins again from its start, since those that were given one have left it.
  const leave = () => {
    const after = byId("after");
    const isOpen = !new URLSearchParams(location.search).get("verdict");
    const address = new URL(location.href);
    address.searchParams.delete("event");
    address.searchParams.delete("action");
    if (isOpen && done.length) {
      location.assign(address);
    } else if (after) {
      location.assign(after.href);
    }
  };

  const send = async (address, fields) => {
    const answer = await fetch(address, {
      method: "POST",
      headers: { Accept: "application/json" },
      body: new URLSearchParams(fields),
    });
    if (!answer.ok) {
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      throw new Error(page.querySelector("main h1 + p")?.textContent || String(answer.status));
    }
    return answer.json();
  };

  const count = (by) => {
    const number = Number(reviewed.dataset.reviewed) + by;
    reviewed.dataset.reviewed = number;
    reviewed.textContent = reviewed.dataset.text.replace("#", number);
  };

  const common = () => ({ token: form.elements.token.value, back: form.elements.back.value });

  const decide = async (fields) => {
    const row = rows[at];
    const cell = row.querySelector(".verdict");
    const was = cell.textContent;
    const state = await send("/review/verdict", { ...common(), event: row.dataset.event, ...fields });
    fail("");
    cell.textContent = state.verdict;
    done.push({ action: state.action, at, was });
    byId("undo").hidden = false;
    if (!was.trim()) count(1);
    byId("precision").textContent = `${state.figures.label}: ${state.figures.precision}`;
    step(1);
  };

  const undo = async () => {
    const last = done.at(-1);
    if (!last) return;
    await send("/review/undo", { ...common(), action: last.action });
    fail("");
    done.pop();
    byId("undo").hidden = done.length === 0;
    rows[last.at].querySelector(".verdict").textContent = last.was;
    if (!last.was.trim()) count(-1);
    show(last.at);
  };

  const soon = (task) => {
    work = work.then(task).catch((error) => fail(error.message));
  };

  const fieldsOf = (button) =>
    button.value === "label" && button.name === "verdict"
      ? { verdict: "label", label: byId("typed").value }
      : { [button.name]: button.value };

  form?.addEventListener("submit", (event) => {
    event.preventDefault();
    const button = event.submitter;
    const typed = document.activeElement === byId("typed");
    soon(() => decide(!button || typed ? { verdict: "label", label: byId("typed").value } : fieldsOf(button)));
    byId("typed").blur();
  });

  byId("undo")?.addEventListener("click", () => soon(undo));

  const toggle = () => (byId("sound").paused ? play() : byId("sound").pause());
  const keys = { " ": toggle, ArrowRight: () => step(1), ArrowLeft: () => step(-1) };
  if (form) {
    Object.assign(keys, { u: undo, "?": () => decide({ verdict: "unsure" }) });
    keys.r = () => byId("typed").focus();
  }

  document.addEventListener("keydown", (event) => {
    const field = event.target.closest("input:not([type=checkbox]), select, textarea");
    if (field) {
      if (event.key === "Escape") field.blur();
      return;
    }
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    const onControl = event.target.closest("button, a, summary, audio, input");
    if (event.key === " " && onControl) return; // it presses that
    const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    const button = form && /^[yns1-9]$/.test(key);
    if (!keys[key] && !button) return;
    event.preventDefault();
    if (event.repeat && key !== "ArrowRight" && key !== "ArrowLeft") return;
    if (!button) {
      soon(keys[key]);
      return;
    }
    soon(() => {
      const found = form.querySelector(`[data-key="${key}"]`);
      return found && decide(fieldsOf(found));
    });
  });

  if (rows[at + 1]) load(rows[at + 1]);
})();
