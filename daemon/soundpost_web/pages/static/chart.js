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
  const axis = { stroke: colour("--soft"), grid: { stroke: colour("--line"), width: 1 } };
  const width = () => chart.parentElement.clientWidth - 20;
  const plot = new uPlot(
    {
      width: width(),
      height: 240,
      legend: { show: false },
      tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1000), "UTC"),
      scales: {
        x: { range: (_plot, first, last) => [first - 43200, last + 43200] },
        y: { range: (_plot, _least, most) => [0, Math.max(1, most * 1.1)] },
      },
      axes: [axis, { ...axis, size: 46 }],
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
