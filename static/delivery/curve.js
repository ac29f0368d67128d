// Planned and actual progress as a chart (ECharts on a canvas, no styles inline). The table beneath has the same figures.
const place = document.querySelector("[data-curve]");
const echarts = window.echarts;

function colour(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

function draw() {
  const { today, planned, actual, forecast } = JSON.parse(place.dataset.curve);
  const { wordPlanned, wordActual, wordForecast, wordToday } = place.dataset;
  const ink = colour("--ink-2");
  const last = actual.at(-1);
  const series = [
    { name: wordPlanned, type: "line", data: planned, symbol: "none", lineStyle: { type: "dashed", width: 2, color: colour("--edge") }, itemStyle: { color: colour("--edge") } },
    {
      name: wordActual, type: "line", data: actual, symbol: "none", areaStyle: { opacity: 0.12 },
      lineStyle: { width: 2.5, color: colour("--teal") }, itemStyle: { color: colour("--teal") },
      markLine: { silent: true, symbol: "none", label: { formatter: wordToday, color: ink }, lineStyle: { color: colour("--amber-mark"), type: "solid" }, data: [{ xAxis: today }] },
    },
  ];
  if (forecast && last) {
    series.push({ name: wordForecast, type: "line", data: [last, [forecast, 100]], symbol: "none", lineStyle: { type: "dotted", width: 2, color: colour("--teal") }, itemStyle: { color: colour("--teal") } });
  }
  const chart = echarts.init(place, null, { renderer: "canvas" });
  chart.setOption({
    animation: !window.matchMedia("(prefers-reduced-motion: reduce)").matches,
    textStyle: { fontFamily: getComputedStyle(document.body).fontFamily },
    grid: { left: 44, right: 20, top: 36, bottom: 28 },
    legend: { top: 0, left: 0, textStyle: { color: ink }, data: series.map((one) => one.name) },
    // As text on the canvas: a tooltip of markup would bring styles of its own.
    tooltip: { trigger: "axis", renderMode: "richText", confine: true, valueFormatter: (value) => `${value} %` },
    xAxis: { type: "time", axisLabel: { color: ink, hideOverlap: true, formatter: "{yyyy}-{MM}-{dd}" }, axisLine: { lineStyle: { color: colour("--line-2") } } },
    yAxis: { type: "value", min: 0, max: 100, axisLabel: { color: ink, formatter: "{value} %" }, splitLine: { lineStyle: { color: colour("--line") } } },
    series,
  });
  new ResizeObserver(() => chart.resize()).observe(place);
}

if (place && echarts) draw();
