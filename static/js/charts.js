// Draws a chart from the rows of a table, whose numbers it repeats; without it, the table says the same.
// <figure data-chart="line|bars" data-rows="id of the tbody" hidden>, rows with data-at (a day) and data-bytes ("" unknown).
(() => {
  "use strict";
  const megabyte = 1048576;
  const day = 86400;
  const height = 210;
  const { library, look } = document.currentScript.dataset;
  const drawn = new Map();
  let loading = null;

  function load() {
    loading ??= new Promise((resolve, reject) => {
      const sheet = document.createElement("link");
      sheet.rel = "stylesheet";
      sheet.href = look;
      const script = document.createElement("script");
      script.src = library;
      script.nonce = document.querySelector("script[nonce]")?.nonce || "";
      script.onload = resolve;
      script.onerror = reject;
      document.head.append(sheet, script);
    });
    return loading;
  }

  const color = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const seconds = (text) => Date.parse(`${text}T00:00:00Z`) / 1000;
  const shortDay = (at) =>
    new Date(at * 1000).toLocaleDateString("en-GB", { day: "numeric", month: "short", timeZone: "UTC" });
  const amount = (value) =>
    value.toLocaleString("en", { maximumFractionDigits: value < 1 ? 3 : value < 10 ? 2 : value < 1000 ? 1 : 0 });
  // Where nobody points, the legend has the newest figures.
  const known = (show) => (chart, _, series, index) => {
    const value = chart.data[series][index ?? chart.data[1].findLastIndex((each) => each != null)];
    return value == null ? "–" : show(value);
  };
  const inMegabytes = known((value) => `${amount(value)} MB`);

  function rowsOf(figure) {
    return [...document.getElementById(figure.dataset.rows).querySelectorAll("[data-at]")].map((row) => ({
      at: seconds(row.dataset.at),
      value: row.dataset.bytes === "" ? null : Number(row.dataset.bytes) / megabyte,
    }));
  }

  function axes(days) {
    const common = { stroke: color("--ink-2"), font: "12px Inter, sans-serif", ticks: { show: false } };
    return [
      { ...common, size: 28, grid: { show: false }, values: (_, ticks) => ticks.map(shortDay), ...days },
      {
        ...common, size: 50, label: "MB", labelFont: common.font, labelSize: 18,
        grid: { stroke: color("--line"), width: 1 }, values: (_, ticks) => ticks.map(amount),
      },
    ];
  }

  function used(label) {
    return { label, stroke: color("--accent"), fill: color("--accent-tint"), width: 2, value: inMegabytes };
  }

  // As the table has it: at the end of each day, nothing before the first, and no more than all of it.
  function evenUse(allowance, from, count) {
    return (at) => (at < from ? null : (allowance * Math.min((at - from) / day + 1, count)) / count);
  }

  // A place for every day, so that days that are yet to come, or were not seen, are seen to be missing.
  function line(figure) {
    const rows = new Map(rowsOf(figure).map((row) => [row.at, row.value]));
    const from = seconds(figure.dataset.from);
    const count = Math.round((seconds(figure.dataset.to) - from) / day) + 1;
    const days = Array.from({ length: count }, (_, number) => from + number * day);
    const points = { show: true, size: 6, fill: color("--surface") };
    const series = [{ label: "Day", value: known(shortDay) }, { ...used("Data so far"), spanGaps: true, points }];
    const data = [days, days.map((at) => rows.get(at) ?? null)];
    if (figure.dataset.allowance) {
      const allowance = Number(figure.dataset.allowance) / megabyte;
      const dashed = { stroke: color("--line-strong"), width: 1.5, dash: [6, 5], points: { show: false } };
      series.push({ label: "Even pace", value: inMegabytes, ...dashed });
      data.push(days.map(evenUse(allowance, seconds(figure.dataset.evenFrom), Number(figure.dataset.evenDays))));
    }
    const steps = [1, 2, 3, 5, 7, 10, 15].map((number) => number * day);
    return { data, series, axes: axes({ space: 64, incrs: steps }), range: [days[0], days.at(-1)] };
  }

  // By time, so that a cycle without usage leaves its place empty.
  function bars(figure) {
    const rows = rowsOf(figure).reverse();
    const starts = rows.map((row) => row.at);
    const paths = window.uPlot.paths.bars({ size: [0.6, 48] });
    const series = [
      { label: "Past cycle from", value: known(shortDay) },
      { ...used("Data"), width: 1, points: { show: false }, paths },
    ];
    const range = [starts[0] - 18 * day, starts.at(-1) + 18 * day];
    return { data: [starts, rows.map((row) => row.value)], series, axes: axes({ space: 32, splits: () => starts }), range };
  }

  const makers = { line, bars };

  function draw(figure) {
    figure.hidden = false;
    const { data, series, axes: both, range } = makers[figure.dataset.chart](figure);
    const options = {
      width: Math.floor(figure.clientWidth), height, padding: [12, 12, 0, 0], series, axes: both,
      scales: { x: { time: false, range }, y: { range: (_, least, most) => [0, (most || 1) * 1.06] } },
      cursor: { y: false, drag: { x: false }, points: { size: 8, width: 0, fill: (chart, index) => series[index].stroke } },
    };
    drawn.get(figure)?.destroy();
    drawn.set(figure, new window.uPlot(options, data, figure));
    resized.observe(figure);
  }

  const resized = new ResizeObserver((entries) => {
    for (const { target, contentRect } of entries) {
      if (contentRect.width) drawn.get(target)?.setSize({ width: Math.floor(contentRect.width), height });
    }
  });

  function forget() {
    for (const [figure, chart] of drawn) {
      if (figure.isConnected) continue;
      resized.unobserve(figure);
      chart.destroy();
      drawn.delete(figure);
    }
  }

  // A part that is loaded anew shows its numbers again where somebody had opened them.
  const opened = new Set();
  document.addEventListener("toggle", ({ target }) => {
    if (target.matches("details[data-stays]")) opened[target.open ? "add" : "delete"](target.id);
  }, true);

  function upgrade(root) {
    forget();
    for (const numbers of root.querySelectorAll("details[data-stays]")) numbers.open = opened.has(numbers.id);
    for (const figure of root.querySelectorAll("[data-chart]")) {
      if (drawn.has(figure)) continue;
      // If the library does not come, the table goes on saying it.
      load().then(() => figure.isConnected && draw(figure), () => {});
    }
  }

  document.addEventListener("DOMContentLoaded", () => upgrade(document));
  document.addEventListener("htmx:load", (event) => upgrade(event.detail.elt.parentElement || event.detail.elt));
  document.addEventListener("theme:change", () => [...drawn.keys()].forEach(draw));
})();
