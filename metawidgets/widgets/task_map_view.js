// Which tasks are alike: a map, a matrix, and two episodes opened side by side. Nothing asks Python.

export default { render({ model, el, signal }) {
  const config = model.get("config");
  const arrays = mwArrays(model);
  const n = config.names.length;
  const groups = [...new Set(config.groups)].sort((a, b) => (a < b ? -1 : 1));
  const groupOf = (i) => Math.max(0, groups.indexOf(config.groups[i]));
  const frame = mwFrame({ model, el, label: config.label, signal });
  const { root, body } = frame;
  const selection = mwSelection(model);
  let theme = mwTheme(root);
  let pointed = null;
  const save = (values) => {
    for (const [name, value] of Object.entries(values)) model.set(name, value);
    model.save_changes();
  };

  // -- values
  const measured = () => (model.get("measure") === "distance" && arrays.distance ? "distance" : "similarity");
  const values = () => arrays[measured()].data;
  const far = (a, b) => { const value = values()[a * n + b]; return Number.isFinite(value) ? (measured() === "distance" ? value : -value) : Infinity; };
  const ranked = (a) => Array.from({ length: n }, (_, i) => i).filter((i) => i !== a).sort((i, j) => far(a, i) - far(a, j) || i - j);
  const rows = () => {
    const order = model.get("order");
    if (order === "clustered") return Array.from(arrays[`order_${measured()}`].data);
    const given = Array.from({ length: n }, (_, i) => i);
    return order === "group" && groups.length ? given.sort((a, b) => groupOf(a) - groupOf(b) || a - b) : given;
  };
  let closest = null;
  const nearestPair = () => {
    if (closest?.of === measured()) return closest.pair;
    let [pair, least] = [[0, 1], Infinity];
    for (let a = 0; a < n; a++) for (let b = a + 1; b < n; b++) if (far(a, b) < least) [pair, least] = [[a, b], far(a, b)];
    closest = { of: measured(), pair };
    return pair;
  };
  const valid = (pair) => pair.length === 2 && pair[0] !== pair[1] && pair.every((i) => Number.isInteger(i) && i >= 0 && i < n);
  const pinned = () => { const pair = model.get("pair") ?? []; return valid(pair) ? pair : null; };
  const shown = () => (pinned() ? [pinned(), "pinned"] : pointed ? [pointed, "pointed"] : [nearestPair(), "nearest"]);
  const beside = (a) => [a, ranked(a)[0]];

  // -- parts
  const reading = mwEl("p", { class: "tm-told" });
  const measure = arrays.distance && mwSegments({ label: "Likeness", options: [["similarity", "Cosine of embeddings"], ["distance", "Prototype distance"]], value: measured(), onchange: (value) => save({ measure: value }) });
  const order = mwChoice({ label: "Order of the matrix", options: [["clustered", "Clustered"], ...(groups.length ? [["group", "By group"]] : []), ["given", "As drawn"]], value: model.get("order"), onchange: (value) => save({ order: value }) });
  const opened = tmOpened(config, arrays);
  const plot = tmPlot({ config, arrays, opened, groupOf, on: {
    hover: (i) => point(i < 0 ? null : beside(i)),
    pick: (i) => pin(i < 0 ? null : beside(i)),
    moved: () => { settleZoom(); repaint(); },
  } });
  const matrix = tmMatrix({ config, groupOf, on: { hover: (pair) => point(pair), pick: (pair) => pin(pair) } });
  const pair = tmPair({ config, opened, onPair: (next) => pin(next, true), onItem: (id) => selection.toggle(id) });
  const scale = mwEl("div", { class: "tm-scale" });
  const legend = mwEl("ul", { class: "tm-legend" });
  const zoomButton = (text, name, onclick) => mwEl("button", { type: "button", class: "mw-button tm-zoom", "aria-label": name, title: name, onclick }, text);
  const stage = mwEl("div", { class: "tm-stage" }, plot.node, mwEl("div", { class: "tm-tools", role: "toolbar", "aria-label": "Map" },
    zoomButton("+", "Zoom in", () => zoomBy(1.5)), zoomButton("\u2212", "Zoom out", () => zoomBy(1 / 1.5)), zoomButton("\u2922", "Show all", () => showAll())));
  const left = mwEl("div", { class: "tm-column" }, stage, legend);
  const right = mwEl("div", { class: "tm-column" }, matrix.node, scale);
  body.append(
    mwEl("header", {}, mwEl("h3", {}, config.label), reading),
    mwEl("div", { class: "mw-toolbar" }, measure && mwEl("div", { class: "mw-field" }, mwEl("span", { class: "mw-field-label" }, "Likeness"), measure.node), order.node),
    mwEl("div", { class: "tm-columns" }, left, right),
    pair.node,
  );

  // -- acting
  let zoomTimer = 0;
  const settleZoom = () => {
    clearTimeout(zoomTimer);
    zoomTimer = setTimeout(() => save({ zoom: plot.camera.whole ? [] : plot.camera.saved() }), 200);
  };
  const zoomBy = (factor) => { plot.camera.zoomAt(factor); settleZoom(); repaint(); };
  const showAll = () => { plot.camera.reset(); settleZoom(); repaint(); };
  const point = (next) => { if (String(next) !== String(pointed)) { pointed = next; repaint(); } };
  const pin = (next, stay = false) => {
    const same = String(next ?? "") === String(pinned() ?? "");
    save({ pair: next && !(same && !stay) ? next : [] });
    repaint();
  };
  const say = () => { paint(); mwAnnounce(root, spoken); };
  const moveTo = (next) => { if (pinned()) save({ pair: next }); else pointed = next; say(); };
  const alongMap = (du, dv) => {
    const [[a]] = shown();
    const next = plot.towards(a, du, dv);
    if (next < 0) return;
    plot.reveal(next);
    moveTo(beside(next));
  };
  const alongMatrix = (down, across) => {
    const now = rows();
    const [[a, b]] = shown();
    const clamp = (i) => Math.min(n - 1, Math.max(0, i));
    let [i, j] = [clamp(now.indexOf(a) + down), clamp(now.indexOf(b) + across)];
    if (i === j) [i, j] = [clamp(i + down), clamp(j + across)]; // over the diagonal
    if (i !== j) moveTo([now[i], now[j]]);
  };
  const letGo = () => { pointed = null; save({ pair: [] }); say(); };
  const fix = () => { save({ pair: shown()[0] }); say(); };
  mwKeys(plot.node, {
    ArrowLeft: () => alongMap(-1, 0), ArrowRight: () => alongMap(1, 0), ArrowUp: () => alongMap(0, -1), ArrowDown: () => alongMap(0, 1),
    Enter: fix, Escape: letGo, "+": () => zoomBy(1.5), "Shift++": () => zoomBy(1.5), "=": () => zoomBy(1.5), "-": () => zoomBy(1 / 1.5), 0: showAll,
  });
  mwKeys(matrix.node, {
    ArrowLeft: () => alongMatrix(0, -1), ArrowRight: () => alongMatrix(0, 1), ArrowUp: () => alongMatrix(-1, 0), ArrowDown: () => alongMatrix(1, 0),
    Home: () => alongMatrix(0, -n), End: () => alongMatrix(0, n), Enter: fix, " ": fix, Escape: letGo,
  });

  // -- painting
  let spoken = "";
  const what = () => (measured() === "distance" ? "Nearest-prototype distance" : "Cosine similarity");
  function paint() {
    const [now, mode] = shown();
    const state = { theme, pair: now, mode, pinned: mode === "pinned", values: values(), rows: rows(), near: measured() === "distance" ? "low" : "high", what: what(), ranked: ranked(now[0]), marked: selection.get(), key: [measured(), model.get("order"), theme.fg, theme.bg].join() };
    plot.paint(state);
    matrix.paint(state);
    spoken = pair.show(state);
    measure?.set(measured());
    order.set(model.get("order"));
    showWords();
  }
  let worded = "";
  function showWords() {
    const key = [measured(), theme.fg, theme.bg].join();
    if (key === worded) return;
    worded = key;
    const [same, other] = [[], []];
    let [low, high] = [Infinity, -Infinity];
    for (let a = 0; a < n; a++) for (let b = a + 1; b < n; b++) {
      const value = values()[a * n + b];
      if (!Number.isFinite(value)) continue;
      (config.groups.length && config.groups[a] === config.groups[b] ? same : other).push(value);
      low = Math.min(low, value);
      high = Math.max(high, value);
    }
    const mean = (list) => list.reduce((sum, value) => sum + value, 0) / list.length;
    const [a, b] = nearestPair();
    const grouped = same.length && other.length ? ` Mean within a group ${mwNumber(mean(same))}, between groups ${mwNumber(mean(other))}.` : "";
    reading.textContent = `Embedded as the ${config.embedding}. ${what()}, nearest two: ${config.names[a]} and ${config.names[b]}, ${mwNumber(values()[a * n + b])}.${grouped}`;
    const [ink, paper] = [mwRgb(theme.accent), mwRgb(theme.bg)];
    const shade = (deep) => mwCss(ink.map((c, k) => Math.round(c * deep + paper[k] * (1 - deep))));
    const ends = measured() === "distance" ? [0.97, 0.05] : [0.05, 0.97];
    scale.replaceChildren(mwEl("span", {}, mwNumber(low)), mwEl("i", { "aria-hidden": "true", style: { background: `linear-gradient(to right, ${shade(ends[0])}, ${shade(ends[1])})` } }), mwEl("span", {}, mwNumber(high)), mwEl("span", {}, `${what().toLowerCase()}; strong colour is alike`));
    legend.replaceChildren(...groups.map((group, k) => {
      const { canvas, ctx, resize } = mwCanvas({ "aria-hidden": "true" });
      resize(14, 14);
      ctx.fillStyle = mwCss(mwClassRgb(k, theme));
      mwShapePath(ctx, k, 7, 7, 4.2);
      ctx.fill();
      return mwEl("li", {}, canvas, group);
    }));
  }
  const repaint = mwRepaint(paint, { el: root, signal });
  for (const name of ["pair", "measure", "order"]) mwListen(model, `change:${name}`, repaint, signal);
  mwListen(model, "change:zoom", () => {
    const saved = model.get("zoom");
    if (saved.length === 3 && saved.some((v, i) => Math.abs(v - plot.camera.saved()[i]) > 1e-9 * Math.abs(v))) plot.camera.restore(saved);
    if (!saved.length && !plot.camera.whole) plot.camera.reset();
    repaint();
  }, signal);
  selection.on(repaint);
  let sized = false;
  mwOnWidth(left, (width) => {
    plot.fit(width);
    if (!sized) { plot.camera.restore(model.get("zoom")); sized = true; } else if (!model.get("zoom").length) plot.camera.reset();
    repaint();
  }, signal);
  mwOnWidth(right, (width) => { matrix.fit(width); repaint(); }, signal);
  mwOnTheme(() => { theme = mwTheme(root); repaint(); }, signal);
  signal?.addEventListener("abort", () => { clearTimeout(zoomTimer); selection.close(); });
  paint();
} };
