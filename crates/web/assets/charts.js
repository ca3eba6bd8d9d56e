// Draws the charts of a page, with uPlot, from the figures that stand in their data attributes: bars of one slice of
// time each, made of the series one upon another. Without this script the tables beneath say the same.

const colours = ["--chart-1", "--chart-2", "--chart-3", "--chart-4", "--chart-5", "--chart-6"];
const token = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
const height = 220;

// Each series with all those beneath it, the highest first, so that the lower ones are drawn over it.
function pile(series) {
  const sums = new Array(series[0].values.length).fill(0);
  return series
    .map(({ name, values }, place) => ({
      name,
      values,
      colour: token(colours[place % colours.length]),
      top: values.map((value, at) => (sums[at] += value)),
    }))
    .reverse();
}

function options(width, step, piled) {
  const axis = { stroke: token("--soft"), grid: { stroke: token("--line"), width: 1 }, ticks: { show: false } };
  return {
    width,
    height,
    tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1000), "Etc/UTC"),
    cursor: { drag: { x: false, y: false }, points: { show: false } },
    scales: {
      x: { range: (_, from, to) => [from - step / 2, to + step / 2] },
      y: { range: (_, from, to) => [0, Math.max(4, to * 1.08)] },
    },
    axes: [
      { ...axis, values: step < 86400 ? "{HH}:{mm}" : "{D} {MMM}", grid: { show: false } },
      { ...axis, size: 44, incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1e3, 2e3, 5e3, 1e4, 2e4, 5e4, 1e5, 2e5, 5e5, 1e6] },
    ],
    series: [
      { value: step < 86400 ? "{D} {MMM} {HH}:{mm}" : "{D} {MMM}", label: "UTC" },
      ...piled.map(({ name, values, colour }) => ({
        label: name,
        fill: colour,
        width: 0,
        points: { show: false },
        paths: uPlot.paths.bars({ size: [0.8, 64] }),
        value: (_, top, series, at) => (at === null ? values.reduce((sum, value) => sum + value, 0) : values[at]),
      })),
    ],
  };
}

function draw(place) {
  const { step, times, series } = JSON.parse(place.dataset.chart);
  if (series.length === 0) return;
  const piled = pile(series);
  place.replaceChildren();
  new uPlot(options(place.clientWidth, step, piled), [times, ...piled.map(({ top }) => top)], place);
}

const all = () => document.querySelectorAll("[data-chart]").forEach(draw);
let waiting;
addEventListener("resize", () => {
  clearTimeout(waiting);
  waiting = setTimeout(all, 150);
});
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", all);
all();
