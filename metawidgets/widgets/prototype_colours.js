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
  const finite = Float32Array.from(values.filter(Number.isFinite)).sort();
  if (!finite.length) return { low: 0, high: 1, clipped: false };
  const high = finite[finite.length - 1];
  const bulk = finite[Math.floor(0.98 * (finite.length - 1))];
  const clipped = high - finite[0] > 3 * (bulk - finite[0]) && bulk > finite[0];
  return { low: finite[0], high: clipped ? bulk : high, clipped };
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
