// Draws the days of the table as a chart; without JavaScript the table alone is there.
"use strict";

(() => {
  const rows = [...document.querySelectorAll("#days tbody tr")];
  const chart = document.getElementById("chart");
  if (!rows.length || !chart) return;
  const days = rows.map((row) => Date.parse(`${row.cells[0].textContent}T00:00:00Z`) / 1000);
  const counts = rows.map((row) => Number(row.cells[1].textContent));
  const style = getComputedStyle(document.documentElement);
  const colour = (name) => style.getPropertyValue(name).trim();
  const lines = { stroke: colour("--line"), width: 1 };
  const axis = { stroke: colour("--soft"), grid: lines, ticks: lines };
  const day = 86400;
  const width = () => chart.parentElement.clientWidth - 20;
  const plot = new uPlot(
    {
      width: width(),
      height: 240,
      legend: { show: false },
      tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1000), "UTC"),
      scales: {
        x: { range: (_plot, first, last) => [first - day / 2, last + day / 2] },
        y: { range: (_plot, _least, most) => [0, Math.max(1, most * 1.1)] },
      },
      axes: [
        {
          ...axis,
          space: 90,
          incrs: [1, 2, 7, 14, 28, 56, 112].map((days) => days * day),
          values: (_plot, ticks) => ticks.map((at) => new Date(at * 1000).toISOString().slice(0, 10)),
        },
        { ...axis, size: 46, incrs: [1, 2, 5].flatMap((step) => [1, 10, 100, 1e3, 1e4].map((ten) => step * ten)).sort((a, b) => a - b) },
      ],
      series: [
        {},
        {
          fill: colour("--accent"),
          stroke: colour("--accent"),
          paths: uPlot.paths.bars({ size: [0.7, 60] }),
          points: { show: false },
        },
      ],
    },
    [days, counts],
    chart,
  );
  addEventListener("resize", () => plot.setSize({ width: width(), height: 240 }));
})();
