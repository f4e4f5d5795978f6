// Waits for a result; draws the scores, and binds the player to the timeline.
"use strict";

(() => {
  const progress = document.getElementById("progress");
  if (progress) {
    const look = async () => {
      try {
        const answer = await fetch(progress.dataset.state, { cache: "no-store" });
        const state = answer.ok ? await answer.json() : { over: true };
        if (state.over) return location.reload();
        const shown = progress.querySelector("p");
        if (shown.textContent !== state.text) shown.textContent = state.text;
      } catch {
        // The banner says that the server is away.
      }
      setTimeout(look, 1000);
    };
    setTimeout(look, 500);
    return;
  }

  const player = document.getElementById("player");
  if (!player) return;
  const timeline = document.getElementById("timeline");
  const seconds = Number(timeline.dataset.seconds);
  const picture = document.getElementById("picture");
  const position = document.getElementById("position");
  const units = picture.querySelector("svg").viewBox.baseVal.width;

  const seek = (at) => {
    player.currentTime = at;
    player.play().catch(() => {}); // a browser may want a click on the player first
  };
  document.querySelectorAll("[data-seek]").forEach((link) =>
    link.addEventListener("click", (click) => {
      click.preventDefault();
      seek(Number(link.dataset.seek));
    }),
  );
  picture.addEventListener("click", (click) => {
    const box = picture.getBoundingClientRect();
    seek(((click.clientX - box.left) / box.width) * seconds);
  });
  const move = () => position.setAttribute("x", String((player.currentTime / seconds) * units));
  player.addEventListener("timeupdate", move);
  player.addEventListener("seeked", move);

  const chart = document.getElementById("chart");
  if (!chart) return;
  const style = getComputedStyle(document.documentElement);
  const colour = (name) => style.getPropertyValue(name).trim();
  const dark = matchMedia("(prefers-color-scheme: dark)").matches;
  // Okabe and Ito (2008), told apart by the colour-blind; black becomes white in the dark.
  const colours = [dark ? "#fff" : "#000", "#e69f00", "#56b4e9", "#009e73", "#cc79a7"];
  const dashes = [[], [8, 4], [2, 3], [10, 3, 2, 3], [5, 2]];
  const axisWidth = 46;

  const draw = (result) => {
    const lines = result.models
      .flatMap((model) => model.best.map((label) => ({ ...label, begins: model.begin_seconds, half: model.window_seconds / 2 })))
      .sort((one, other) => other.best - one.best)
      .slice(0, Number(chart.dataset.lines));
    // A score belongs to a window; it is drawn at its middle.
    const tables = lines.map((line) => [line.begins.map((begin) => begin + line.half), line.scores]);
    const data = uPlot.join(tables);
    const legend = document.getElementById("legend");
    lines.forEach((line, number) => {
      const entry = document.createElement("span");
      const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
      const stroke = document.createElementNS("http://www.w3.org/2000/svg", "line");
      const values = { x1: 0, x2: 18, y1: 5, y2: 5, stroke: colours[number], "stroke-width": 2, "stroke-dasharray": dashes[number].join(" ") };
      Object.entries(values).forEach(([name, value]) => stroke.setAttribute(name, value));
      svg.append(stroke);
      entry.append(svg, line.common_name || line.scientific_name || line.label);
      legend.append(entry);
    });
    const grid = { stroke: colour("--line"), width: 1 };
    const axis = { stroke: colour("--soft"), grid, ticks: grid };
    const clock = (at) => `${Math.floor(at / 60)}:${String(Math.floor(at % 60)).padStart(2, "0")}`;
    const width = () => chart.clientWidth;
    const plot = new uPlot(
      {
        width: width(),
        height: 220,
        padding: [8, 16, 0, 0],
        legend: { show: false },
        scales: { x: { time: false, range: [0, seconds] }, y: { range: [0, 1] } },
        axes: [
          { ...axis, incrs: [1, 2, 5, 10, 15, 30, 60, 120, 300, 600], values: (_plot, ticks) => ticks.map(clock) },
          { ...axis, size: axisWidth },
        ],
        series: [
          {},
          ...lines.map((_line, number) => ({ stroke: colours[number], dash: dashes[number], width: 2, points: { show: data[0].length === 1 } })),
        ],
      },
      data,
      chart,
    );
    addEventListener("resize", () => plot.setSize({ width: width(), height: 220 }));
  };
  fetch(chart.dataset.result)
    .then((answer) => (answer.ok ? answer.json() : null))
    .then((result) => result && draw(result));
})();
