// Which prototype is each query nearest to, and by how much. All steps are here; nothing asks Python.

const PH_SIGNS = {
  right: [["circle", { cx: 8, cy: 8, r: 4, fill: "currentColor" }]],
  wrong: [["path", { d: "M3.5 3.5 12.5 12.5M12.5 3.5 3.5 12.5", stroke: "currentColor", "stroke-width": 2.5 }]],
  truth: [["circle", { cx: 8, cy: 8, r: 4, fill: "none", stroke: "currentColor", "stroke-width": 1.75 }]],
  none: [["rect", { x: 0.5, y: 0.5, width: 15, height: 15, class: "ph-hatch-box" }], ["path", { d: "M-2 8 8-2M-2 16 16-2M4 18 18 4M10 18 18 10", class: "ph-hatch-line" }]],
};
const phSign = (kind) => mwEl("svg", { viewBox: "0 0 16 16", width: 16, height: 16, "aria-hidden": "true" }, PH_SIGNS[kind].map(([tag, props]) => mwEl(tag, props)));

export default { render({ model, el, signal }) {
  const config = model.get("config");
  const arrays = mwArrays(model);
  const { episode } = config;
  const names = episode.class_names;
  const [steps, n, way] = arrays.distances.shape;
  const labels = arrays.query_y.data;
  const shots = names.map((_, k) => arrays.support_y.data.filter((y) => y === k).length);
  const images = arrays.query_x.shape.length === 4;
  const queries = images && mwThumbs(arrays.query_x);
  const supports = images && mwThumbs(arrays.support_x);
  const prototypes = images && { draw: (ctx, k, ...rest) => supports.draw(ctx, config.shown[k], ...rest) };
  const hasPrototype = (k) => shots[k] > 0;
  const rowText = (q) => {
    const x = mwAt(arrays.query_x, q).data;
    return x.length === 2 ? `(${mwNumber(x[0], 2)}, ${mwNumber(x[1], 2)})` : `query ${q}`;
  };

  const { root, body } = mwFrame({ model, el, label: config.label, signal });
  const selection = mwSelection(model);
  let step = 0;
  let layout = null;
  let theme = mwTheme(root);
  let pinned = null; // [query, class], by click or key
  let pointed = null; // [query, class], by hovering or arrow keys
  let marked = -1; // the class of a selected support item
  let relative = false; // colour what a distance exceeds the nearest by, instead of the distance
  const readings = new Map();
  const reading = () => readings.get(step) ?? readings.set(step, mwNearest(mwAt(arrays.distances, step))).get(step);
  const closest = () => {
    const { margin, first } = reading();
    let best = -1;
    margin.forEach((m, q) => { if (!Number.isNaN(m) && (best < 0 || m < margin[best])) best = q; });
    return best < 0 ? null : [best, first[best]];
  };
  const current = () => pinned ?? pointed ?? closest();

  // -- colours: near is what stands out from the paper, far sinks into it
  const ranges = {};
  const range = () => (ranges[relative] ??= mwDistanceRange(relative ? excesses() : arrays.distances.data));
  const excesses = () => {
    const out = new Float32Array(arrays.distances.data.length);
    for (let t = 0; t < steps; t++) {
      const { data } = mwAt(arrays.distances, t);
      const { first } = mwNearest(mwAt(arrays.distances, t));
      for (let i = 0; i < n * way; i++) out[t * n * way + i] = data[i] - data[Math.floor(i / way) * way + Math.max(0, first[Math.floor(i / way)])];
    }
    return out;
  };
  let ramp = [];
  const makeRamp = () => {
    const stops = mwIsDark(theme) ? PH_NEAR_BRIGHT : PH_NEAR_DARK;
    ramp = Array.from({ length: 128 }, (_, i) => {
      const x = (i / 127) * (stops.length - 1);
      const [a, b] = [stops[Math.floor(x)], stops[Math.ceil(x)]];
      const rgb = a.map((c, j) => Math.round(c + (x % 1) * (b[j] - c)));
      return { rgb, css: mwCss(rgb), ink: mwInkOn(rgb) };
    });
  };
  // The root spreads small distances, which decide, over more of the colours than large ones.
  const place = (value) => Math.sqrt(Math.min(1, Math.max(0, (value - range().low) / (range().high - range().low || 1))));
  const colour = (value, q) => {
    if (!Number.isFinite(value)) return null;
    const zero = relative ? mwAt(mwAt(arrays.distances, step), q).data[Math.max(0, reading().first[q])] : 0;
    return ramp[Math.round(127 * place(value - zero))];
  };

  // -- parts
  const summary = mwEl("p", { class: "ph-summary" });
  const player = mwPlayer({ model, steps, label: config.axis_label, format: (t) => config.step_names[t], interval: 500, signal });
  const modes = [["Distance", false], ["Above the nearest", true]].map(([text, value]) => mwEl("button", {
    type: "button", class: "mw-button ph-mode", "aria-pressed": value === relative, onclick: () => { relative = value; showLegend(); repaint(); },
  }, text));
  const bar = mwEl("div", { class: "ph-ramp", "aria-hidden": "true" });
  const ticks = mwEl("div", { class: "ph-ticks" });
  const unit = mwEl("span", { class: "ph-unit" });
  const signs = mwEl("ul", { class: "ph-signs" },
    mwEl("li", {}, phSign("right"), "nearest, true class"), mwEl("li", {}, phSign("wrong"), "nearest, wrong class"),
    mwEl("li", {}, phSign("truth"), "true class, not nearest"),
    arrays.distances.data.some(Number.isNaN) && mwEl("li", {}, phSign("none"), "no support yet"));
  const nextWrong = mwEl("button", { type: "button", class: "mw-button ph-next", onclick: () => goWrong() }, "Next wrong query");
  const scroll = mwScrollCanvas({
    role: "application", "aria-roledescription": "matrix",
    "aria-label": `${n} queries by ${way} classes. Arrow keys move, Enter pins a cell, Escape lets go.`,
    signal,
    draw: (ctx, view) => { if (layout) { mwPaintMatrix(ctx, view, layout, paintState()); paintStrip(view); } },
  });
  const strip = mwCanvas({ class: "ph-strip", "aria-hidden": "true" });
  const detail = mwPrototypeDetail({ episode, images, queries, prototypes, hasPrototype, shots, rowText });
  const matrix = mwEl("div", { class: "ph-matrix" }, scroll.node, strip.canvas);
  body.append(
    mwEl("header", { class: "ph-header" }, mwEl("h3", {}, config.label), summary),
    steps > 1 ? player.node : "",
    mwEl("div", { class: "ph-tools" }, mwEl("div", { class: "ph-modes", role: "group", "aria-label": "Colour shows" }, modes), mwEl("div", { class: "ph-scale" }, unit, bar, ticks), nextWrong, signs),
    mwEl("div", { class: "ph-columns" }, matrix, detail.node),
  );

  // -- showing
  const groupText = ({ members }) => {
    const { first } = reading();
    const wrong = members.filter((q) => first[q] >= 0 && first[q] !== labels[q]).length;
    return `${members.length} ${members.length === 1 ? "query" : "queries"}${wrong ? `, ${wrong} wrong` : ""}`;
  };
  const paintState = () => ({
    distances: mwAt(arrays.distances, step), reading: reading(), colour, labels, names, cell: current(), pinned: Boolean(pinned),
    marked, groupText, rowText, queries, prototypes, hasPrototype, theme,
  });
  let stripState = "";
  const paintStrip = (view) => {
    const needed = layout.height > view.height + 1;
    strip.canvas.hidden = !needed;
    const key = [step, view.top, view.height, relative, theme.bg, layout.width].join();
    if (!needed || key === stripState) return;
    stripState = key;
    const height = view.height - layout.head;
    strip.canvas.style.marginTop = `${layout.head}px`;
    if (strip.canvas.clientHeight !== height) strip.resize(PH_STRIP, height);
    mwPaintStrip(strip.ctx, PH_STRIP, height, view, layout, paintState());
  };
  let spoken = "";
  const showDetail = () => {
    const cell = current();
    detail.node.hidden = !cell;
    if (!cell) { spoken = ""; return; }
    const probabilities = arrays.probabilities && mwAt(arrays.probabilities, step);
    const mode = pinned ? "pinned" : pointed ? "pointed" : "closest";
    spoken = detail.show({ cell, mode, distances: mwAt(arrays.distances, step), probabilities, reading: reading(), labels, theme });
  };
  const showSummary = () => {
    const { first, second, margin } = reading();
    const wrong = first.filter((k, q) => k >= 0 && k !== labels[q]).length;
    const best = closest();
    nextWrong.disabled = wrong === 0;
    if (first.every((k) => k < 0)) summary.textContent = "No class has support yet: no query has a nearest prototype.";
    else {
      const tail = best ? ` Smallest margin: ${mwNumber(margin[best[0]])} (query ${best[0]}, ${names[first[best[0]]]} before ${names[second[best[0]]]}).` : "";
      summary.textContent = `${wrong} of ${n} queries ${wrong === 1 ? "is" : "are"} nearest to a wrong prototype.${tail}`;
    }
  };
  const showLegend = () => {
    const { low, high, clipped } = range();
    const values = [low, low + 0.25 * (high - low), high];
    ticks.replaceChildren(...values.map((value, i) =>
      mwEl("span", { style: { left: `${100 * place(value)}%` } }, `${clipped && i === 2 ? "\u2265\u00a0" : ""}${mwNumber(value, i === 1 ? 2 : 3)}`)));
    unit.textContent = relative ? `${config.metric} above the nearest` : config.metric;
    bar.style.background = `linear-gradient(to right, ${ramp.filter((_, i) => i % 9 === 0).map((c) => c.css).join(", ")})`;
    modes.forEach((button, i) => button.setAttribute("aria-pressed", relative === Boolean(i)));
  };
  const repaint = mwRepaint(() => { showSummary(); showDetail(); scroll.paint(); }, { el: root, signal });

  // -- pointing and pinning
  const pin = (cell, tell = true) => {
    pinned = cell && [cell[0], cell[1] < 0 ? Math.max(0, reading().first[cell[0]]) : cell[1]];
    if (tell) {
      selection.set(pinned ? episode.query_ids[pinned[0]] : "");
      model.set("cell", pinned ?? []);
      model.save_changes();
    }
    repaint();
  };
  const go = (cell) => {
    if (pinned) pin(cell);
    else { pointed = cell; selection.hover(episode.query_ids[cell[0]]); }
    const [q, k] = cell;
    scroll.reveal({ x: layout.side + Math.max(0, k) * layout.cell, y: layout.rows[q], width: layout.cell, height: layout.row, left: layout.side, top: layout.head + 26 });
    showDetail();
    repaint();
    mwAnnounce(root, spoken);
  };
  const order = Array.from({ length: way }, (_, k) => Array.from(labels.keys()).filter((q) => labels[q] === k)).flat();
  const move = (down, right) => {
    if (!n) return;
    const [q, k] = current() ?? [order[0], 0];
    const row = Math.min(n - 1, Math.max(0, order.indexOf(q) + down));
    go([order[row], Math.min(way - 1, Math.max(0, Math.max(0, k) + right))]);
  };
  const goWrong = () => {
    const { first } = reading();
    const start = pinned || pointed ? order.indexOf(current()[0]) : -1;
    const q = [...order.slice(start + 1), ...order.slice(0, start + 1)].find((i) => first[i] >= 0 && first[i] !== labels[i]);
    if (q !== undefined) go([q, first[q]]);
  };
  mwKeys(scroll.node, {
    ArrowUp: () => move(-1, 0), ArrowDown: () => move(1, 0), ArrowLeft: () => move(0, -1), ArrowRight: () => move(0, 1),
    PageUp: () => move(-10, 0), PageDown: () => move(10, 0), Home: () => move(-n, 0), End: () => move(n, 0),
    Enter: () => { pin(current()); mwAnnounce(root, `Pinned. ${spoken}`); }, " ": () => pin(current()),
    Escape: () => { pin(null); mwAnnounce(root, "Let go."); },
  });
  scroll.node.addEventListener("pointermove", (event) => {
    const cell = layout && mwMatrixPick(layout, scroll.at(event));
    if (String(cell) === String(pointed)) return;
    pointed = cell;
    selection.hover(cell ? episode.query_ids[cell[0]] : "");
    repaint();
  });
  scroll.node.addEventListener("pointerleave", () => { pointed = null; selection.hover(""); repaint(); });
  scroll.node.addEventListener("click", (event) => {
    const cell = layout && mwMatrixPick(layout, scroll.at(event));
    if (cell) pin(pinned && String(pinned) === String(cell) ? null : cell);
  });
  const scrub = (event) => {
    if (!layout || !event.buttons) return;
    const part = (event.clientY - strip.canvas.getBoundingClientRect().top) / strip.canvas.clientHeight;
    scroll.node.scrollTop = part * (layout.height - layout.head) - (scroll.node.clientHeight - layout.head) / 2;
  };
  strip.canvas.addEventListener("pointerdown", (event) => { strip.canvas.setPointerCapture(event.pointerId); scrub(event); });
  strip.canvas.addEventListener("pointermove", scrub);
  const queryOf = new Map(episode.query_ids.map((id, q) => [id, q]));
  const supportOf = new Map(episode.support_ids.map((id, i) => [id, arrays.support_y.data[i]]));
  // The selection's id and its pin change one after the other: only when both have, is there something to follow.
  let following = false;
  selection.on(() => {
    if (!following) queueMicrotask(follow);
    following = true;
  });
  const follow = () => {
    following = false;
    const [id, isPinned] = [selection.get(), selection.pinned()];
    const q = queryOf.get(id);
    marked = supportOf.get(id) ?? -1;
    if (q === undefined) pinned = null;
    else if (isPinned && pinned?.[0] !== q) {
      pin([q, -1], false);
      if (layout) scroll.reveal({ x: 0, y: layout.rows[q], width: 1, height: layout.row, top: layout.head + 26 });
    } else if (!isPinned) { pinned = null; if (pointed?.[0] !== q) pointed = [q, -1]; }
    repaint();
  };

  const fromPython = () => {
    const cell = model.get("cell");
    if (cell.length !== 2 || String(cell) === String(pinned ?? [])) return;
    if (cell[0] < 0 || cell[0] >= n || cell[1] < 0 || cell[1] >= way) return;
    pinned = [...cell];
    selection.set(episode.query_ids[cell[0]]);
    repaint();
  };

  // -- following step, size and theme
  mwListen(model, "change:cell", fromPython, signal);
  let settle = 0;
  mwListen(model, "change:step", () => {
    step = player.get();
    repaint();
    clearTimeout(settle);
    settle = setTimeout(() => mwAnnounce(root, summary.textContent), 600);
  }, signal);
  const measuring = document.createElement("canvas").getContext("2d");
  mwOnWidth(scroll.node.parentElement, (width) => {
    measuring.font = `600 12px ${theme.font}`;
    const space = width - PH_STRIP - 24;
    layout = mwMatrixLayout({ labels, names, width: space, images, measure: (text) => measuring.measureText(text).width });
    const view = Math.min(layout.height, Math.max(300, layout.head + 420));
    scroll.node.style.width = `${Math.min(layout.width + 16, width - PH_STRIP - 8)}px`;
    scroll.resize({ width: layout.width, height: layout.height, view });
    stripState = "";
  }, signal);
  mwOnTheme(() => { theme = mwTheme(root); makeRamp(); showLegend(); repaint(); }, signal);
  signal?.addEventListener("abort", () => { clearTimeout(settle); selection.close(); });
  step = player.get();
  makeRamp();
  showLegend();
  fromPython();
  showSummary(); // at once, not in the next frame: a page printed or read before it has its words
  showDetail();
} };
const PH_STRIP = 44;
// One hue whose lightness carries the distance, for every kind of colour vision; its far end is nearly the paper.
const PH_NEAR_DARK = [[8, 40, 92], [28, 86, 152], [92, 148, 200], [172, 202, 230], [234, 241, 248]];
const PH_NEAR_BRIGHT = [[232, 243, 255], [140, 194, 244], [60, 118, 182], [34, 66, 108], [27, 35, 46]];
