// Draws the live view of a node: a spectrogram that scrolls, and the top scores.
"use strict";

(() => {
  const view = document.getElementById("live-view");
  const canvas = document.getElementById("spectrogram");
  const button = document.getElementById("view-pause");
  const status = document.getElementById("view-status");
  const scores = document.getElementById("top-scores");
  const likely = document.getElementById("view-likely");
  const texts = view.dataset;
  const context = canvas.getContext("2d");

  const COLUMNS = canvas.width;
  const LEAST_STEPS = 80; // of 0.05 nepers, so that noise alone does not look like an event
  const SILENT_MS = 10000;
  const SPOKEN_MS = 10000; // a screen reader is not interrupted more often
  const RETRY_MS = 10000;

  // Matplotlib's viridis at nine points, as the pictures of clips have it.
  const ANCHORS = [
    [68, 1, 84], [71, 44, 122], [59, 81, 139], [44, 113, 142], [33, 144, 141],
    [39, 173, 129], [92, 200, 99], [170, 220, 50], [253, 231, 37],
  ];
  const colour = (share) => {
    const at = Math.min(Math.max(share, 0), 1) * (ANCHORS.length - 1);
    const low = Math.min(Math.floor(at), ANCHORS.length - 2);
    return ANCHORS[low].map((part, i) => part + (ANCHORS[low + 1][i] - part) * (at - low));
  };

  // Motion begins at the request of the user only, if the user prefers less of it.
  let isPaused = matchMedia("(prefers-reduced-motion: reduce)").matches;
  let stream = null;
  let columns = []; // the latest, each of a byte a band; null where a column is hidden
  let next = null;
  let receivedMs = 0;
  let hasNotice = false;
  let spoken = "";
  let spokenMs = 0;

  const show = (element, text) => {
    if (element.textContent !== text) element.textContent = text;
  };
  const fill = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => values[name]);

  const paint = () => {
    const bands = canvas.height;
    const counts = new Uint32Array(256);
    for (const column of columns) if (column) for (const value of column) counts[value] += 1;
    const total = counts.reduce((sum, count) => sum + count, 0);
    const quantile = (share) => {
      let sum = 0;
      return counts.findIndex((count) => (sum += count) > share * total);
    };
    const low = total ? quantile(0.05) : 0;
    const high = Math.max(total ? quantile(0.999) : 0, low + LEAST_STEPS);
    const palette = Array.from({ length: 256 }, (_, value) => colour((value - low) / (high - low)));
    const image = context.createImageData(COLUMNS, bands);
    columns.forEach((column, number) => {
      const x = COLUMNS - columns.length + number;
      if (!column) return; // hidden: the background of the canvas
      for (let band = 0; band < bands; band += 1) {
        image.data.set([...palette[column[band]], 255], 4 * ((bands - 1 - band) * COLUMNS + x));
      }
    });
    context.putImageData(image, 0, 0);
  };

  const add = (change) => {
    const bytes = Uint8Array.from(atob(change.columns), (letter) => letter.charCodeAt(0));
    const lost = next === null ? 0 : change.first - next;
    if (change.bands !== canvas.height || lost < 0 || lost > COLUMNS) columns = [];
    else columns.push(...Array(lost).fill(null));
    canvas.height = change.bands;
    const count = bytes.length / change.bands;
    for (let number = 0; number < count; number += 1) {
      const column = bytes.subarray(number * change.bands, (number + 1) * change.bands);
      columns.push(column.some((value) => value > 0) ? column : null);
    }
    columns = columns.slice(-COLUMNS);
    next = change.first + count;
    paint();
  };

  const cell = (name, text) => {
    const element = document.createElement(name);
    element.textContent = text;
    return element;
  };

  const showScores = (found) => {
    scores.replaceChildren(
      ...found.map(([label, score]) => {
        const row = document.createElement("tr");
        row.append(cell("td", label), cell("td", score));
        return row;
      }),
    );
    const now = Date.now();
    if (!found.length || found[0][0] === spoken || now - spokenMs < SPOKEN_MS) return;
    [[spoken]] = found;
    spokenMs = now;
    show(likely, fill(texts.likely, { sound: spoken, score: found[0][1] }));
  };

  const stop = () => {
    if (stream) stream.close();
    stream = null;
  };

  const start = () => {
    stop();
    show(status, texts.waiting);
    hasNotice = false;
    receivedMs = Date.now();
    const opened = new EventSource(texts.stream);
    stream = opened;
    opened.addEventListener("change", (message) => {
      const change = JSON.parse(message.data);
      if (change.notice !== undefined) {
        hasNotice = change.notice !== "";
        show(status, change.notice || texts.waiting);
        return;
      }
      hasNotice = false;
      receivedMs = Date.now();
      add(change);
      showScores(change.scores);
      const values = { low: change.low_hz, high: change.high_hz };
      show(status, fill(texts.running, { ...values, delay: change.delay_seconds }));
    });
    opened.addEventListener("error", () => {
      hasNotice = true;
      show(status, texts.lost);
      // A browser gives up after a refusal, as when too many look.
      if (opened.readyState !== EventSource.CLOSED) return;
      setTimeout(() => {
        if (opened === stream) start();
      }, RETRY_MS);
    });
  };

  // Sends nothing to a page that is not looked at.
  const update = () => {
    button.textContent = isPaused ? texts.start : texts.pause;
    if (isPaused || document.hidden) stop();
    else if (!stream) start();
    if (isPaused) show(status, texts.paused);
  };

  button.addEventListener("click", () => {
    isPaused = !isPaused;
    update();
  });
  document.addEventListener("visibilitychange", update);
  addEventListener("pagehide", stop);
  addEventListener("pageshow", update);
  setInterval(() => {
    const isSilent = Date.now() - receivedMs > SILENT_MS;
    if (stream && isSilent && !hasNotice) show(status, texts.silent);
  }, 1000);
  update();
})();
