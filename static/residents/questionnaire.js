// The office's pages of a questionnaire: bars beside each table, fields that belong to a kind of answer.

function colour(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

// --- Bars (ECharts on a canvas, no styles inline). The table beside it has the same figures. ---------------------

const ROW = 34;

function draw(place) {
  const bars = JSON.parse(place.dataset.bars);
  if (!bars.length) return;
  // The height goes by the number of bars; set by script, which the policy allows, never as an attribute.
  place.style.height = `${bars.length * ROW + 24}px`;
  const ink = colour("--ink-2");
  const chart = window.echarts.init(place, null, { renderer: "canvas" });
  chart.setOption({
    animation: !window.matchMedia("(prefers-reduced-motion: reduce)").matches,
    textStyle: { fontFamily: getComputedStyle(document.body).fontFamily },
    grid: { left: 8, right: 56, top: 8, bottom: 8, containLabel: true },
    xAxis: { type: "value", minInterval: 1, axisLabel: { show: false }, splitLine: { show: false } },
    yAxis: {
      type: "category", inverse: true, data: bars.map((bar) => bar.label), axisTick: { show: false },
      axisLine: { lineStyle: { color: colour("--line-2") } },
      axisLabel: { color: ink, width: 160, overflow: "truncate" },
    },
    series: [{
      type: "bar", barMaxWidth: 20, itemStyle: { color: colour("--teal") },
      data: bars.map((bar) => bar.count ?? 0),
      label: { show: true, position: "right", color: ink, formatter: (one) => (bars[one.dataIndex].count === null ? "<5" : `${bars[one.dataIndex].share} %`) },
    }],
  });
  new ResizeObserver(() => chart.resize()).observe(place);
}

if (window.echarts) document.querySelectorAll("[data-bars]").forEach(draw);

// --- Fields of a question that its kind does not have -------------------------------------------------------------

const kinds = document.querySelectorAll("input[name=kind]");

function fit() {
  const kind = [...kinds].find((one) => one.checked)?.value;
  document.querySelectorAll("[data-for-kinds]").forEach((part) => {
    part.hidden = Boolean(kind) && !part.dataset.forKinds.split(" ").includes(kind);
  });
}

kinds.forEach((one) => one.addEventListener("change", fit));
if (kinds.length) fit();
