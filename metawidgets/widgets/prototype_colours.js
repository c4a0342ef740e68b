// What colours mean: near and far along one hue, or nearer and farther than before along two; and the legend that says so.

// One hue whose lightness carries the distance, for every kind of colour vision; its far end is nearly the paper.
const PH_NEAR_DARK = [[8, 40, 92], [28, 86, 152], [92, 148, 200], [172, 202, 230], [234, 241, 248]];
const PH_NEAR_BRIGHT = [[232, 243, 255], [140, 194, 244], [60, 118, 182], [34, 66, 108], [27, 35, 46]];
// Blue and orange, which every kind of colour vision tells apart, with the paper in between.
const PH_CHANGE_DARK = [[8, 72, 140], [118, 170, 216], [247, 247, 245], [236, 168, 92], [158, 74, 6]];
const PH_CHANGE_BRIGHT = [[128, 196, 255], [52, 110, 168], [32, 35, 39], [166, 96, 28], [255, 178, 92]];

// The range that colours span, over all steps, so that one colour means one distance throughout. A few far outliers would
// push all the rest into one colour: then the range ends at the 98th percentile and the legend says so.
function mwDistanceRange(values) {
  let [low, high] = [Infinity, -Infinity];
  for (const value of values) if (Number.isFinite(value)) { low = Math.min(low, value); high = Math.max(high, value); }
  if (high < low) return { low: 0, high: 1, clipped: false };
  const every = Math.ceil(values.length / 60000); // enough for a percentile, and sorted in a few milliseconds
  const some = Float64Array.from({ length: Math.floor(values.length / every) }, (_, i) => values[i * every]).filter(Number.isFinite).sort();
  const bulk = some.length ? some[Math.floor(0.98 * (some.length - 1))] : high;
  const clipped = high - low > 3 * (bulk - low) && bulk > low;
  return { low, high: clipped ? bulk : high, clipped };
}

// The ranges of a space as it is edited now. Before and after share one, or the same colour would mean two distances.
function mwPrototypeRanges(space) {
  const { n, way } = space;
  const [ranges, changes] = [{}, {}];
  const differences = (metric) => (changes[metric] ??= (() => {
    const [old, fresh] = ["old", "new"].map((which) => space.stack(which, metric));
    return { data: fresh.data.map((d, i) => d - old.data[i]), shape: fresh.shape };
  })());
  const excesses = (which, metric) => {
    const { data } = space.stack(which, metric);
    return data.map((d, i) => {
      const row = Math.floor(i / way);
      return d - data[row * way + Math.max(0, space.reading(which, metric, Math.floor(row / n)).first[row % n])];
    });
  };
  function made(metric, kind) {
    if (kind === "change") {
      const { high, clipped } = mwDistanceRange(differences(metric).data.map(Math.abs));
      return { low: -(high || 1), high: high || 1, clipped };
    }
    const [old, fresh] = (space.edits().length ? ["old", "new"] : ["old"]).map((which) => (kind === "excess" ? excesses(which, metric) : space.stack(which, metric).data));
    const [a, b] = [mwDistanceRange(old), fresh ? mwDistanceRange(fresh) : null];
    return b ? { low: Math.min(a.low, b.low), high: Math.max(a.high, b.high), clipped: a.clipped || b.clipped } : a;
  }
  return { differences, get: (metric, kind) => (ranges[`${metric} ${kind}`] ??= made(metric, kind)) };
}

// mwPrototypeColours() -> {node, setTheme(theme), setRange(range, change), colour(value) -> {rgb, css, ink} or null, showLegend(text)}
function mwPrototypeColours() {
  const bar = mwEl("div", { class: "ph-ramp", "aria-hidden": "true" });
  const ticks = mwEl("div", { class: "ph-ticks" });
  const unit = mwEl("span", { class: "ph-unit" });
  let ramps = [[], []];
  let [low, high, clipped, change] = [0, 1, false, false];
  const made = (stops) => Array.from({ length: 128 }, (_, i) => {
    const x = (i / 127) * (stops.length - 1);
    const [a, b] = [stops[Math.floor(x)], stops[Math.ceil(x)]];
    const rgb = a.map((c, j) => Math.round(c + (x % 1) * (b[j] - c)));
    return { rgb, css: mwCss(rgb), ink: mwInkOn(rgb) };
  });
  // The root spreads small distances, which decide, over more of the colours than large ones; a change is even in both directions.
  const place = (value) => {
    const part = Math.min(1, Math.max(0, (value - low) / (high - low || 1)));
    return change ? part : Math.sqrt(part);
  };
  return {
    node: mwEl("div", { class: "ph-scale" }, unit, bar, ticks),
    setTheme(theme) {
      ramps = (mwIsDark(theme) ? [PH_NEAR_BRIGHT, PH_CHANGE_BRIGHT] : [PH_NEAR_DARK, PH_CHANGE_DARK]).map(made);
    },
    setRange(range, isChange) { ({ low, high, clipped } = range); change = isChange; },
    colour: (value) => (Number.isFinite(value) ? ramps[Number(change)][Math.round(127 * place(value))] : null),
    showLegend(text) {
      const values = change ? [low, 0, high] : [low, low + 0.25 * (high - low), high];
      const sign = (i) => (clipped && i === 2 ? "\u2265\u00a0" : clipped && change && i === 0 ? "\u2264\u00a0" : "");
      ticks.replaceChildren(...values.map((value, i) =>
        mwEl("span", { style: { left: `${100 * place(value)}%` } }, `${sign(i)}${change && i === 2 ? "+" : ""}${mwNumber(value, i === 1 ? 2 : 3)}`)));
      unit.textContent = text;
      bar.style.background = `linear-gradient(to right, ${ramps[Number(change)].filter((_, i) => i % 9 === 0).map((c) => c.css).join(", ")})`;
    },
  };
}

const PH_SIGNS = {
  right: [["circle", { cx: 8, cy: 8, r: 4, fill: "currentColor" }]],
  wrong: [["path", { d: "M3.5 3.5 12.5 12.5M12.5 3.5 3.5 12.5", stroke: "currentColor", "stroke-width": 2.5 }]],
  truth: [["circle", { cx: 8, cy: 8, r: 4, fill: "none", stroke: "currentColor", "stroke-width": 1.75 }]],
  none: [["rect", { x: 0.5, y: 0.5, width: 15, height: 15, class: "ph-hatch-box" }], ["path", { d: "M-2 8 8-2M-2 16 16-2M4 18 18 4M10 18 18 10", class: "ph-hatch-line" }]],
};
const phSign = (kind) => mwEl("svg", { viewBox: "0 0 16 16", width: 16, height: 16, "aria-hidden": "true" }, PH_SIGNS[kind].map(([tag, props]) => mwEl(tag, props)));
const mwPrototypeSigns = () => mwEl("ul", { class: "ph-signs" },
  mwEl("li", {}, phSign("right"), "nearest, true class"), mwEl("li", {}, phSign("wrong"), "nearest, wrong class"),
  mwEl("li", {}, phSign("truth"), "true class, not nearest"), mwEl("li", {}, phSign("none"), "no support yet"));
