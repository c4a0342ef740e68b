// Where a learner puts its items. All steps and the whole space are here; only a new projection asks Python.

export default { render({ model, el, signal }) {
  const config = model.get("config");
  const arrays = mwArrays(model);
  const names = config.class_names;
  const space = emSpace(config, arrays);
  const frame = mwFrame({ model, el, label: config.label, signal });
  const { root, body } = frame;
  const python = mwPython(model, { frame, signal });
  const selection = mwSelection(model);
  let theme = mwTheme(root);
  let pointed = -1;
  let mode = "pan";
  let memory = { key: "" };

  const save = (values) => {
    for (const [name, value] of Object.entries(values)) model.set(name, value);
    model.save_changes();
  };
  const what = (i) => {
    const side = config.has_sides ? (space.isSupport(i) ? "Support item" : "Query") : "Item";
    return `${side} ${config.ids[i].split("/").pop()}, class ${names[space.labels[i]]}`;
  };

  // -- controls
  const player = mwPlayer({ model, steps: space.steps, label: config.axis_label, format: (t) => config.step_names[t], interval: 500, loop: true, signal });
  const flat = mwSegments({ label: "Projection", options: [["pca", "PCA"], ["tsne", "t-SNE"], ["umap", "UMAP"]], value: "pca", onchange: (value) => { save({ projection: value, zoom: [] }); } });
  const [low, high, start] = config.neighbours.length ? config.neighbours : [2, 2, 2];
  let neighbours = start;
  let method = "tsne";
  const methods = mwChoice({ label: "Compute", options: [["tsne", "t-SNE"], ["umap", config.umap ? "UMAP" : "UMAP (not installed)"]], value: method, onchange: (value) => { method = value; } });
  methods.control.options[1].disabled = !config.umap;
  const count = mwNumberField({ label: `Perplexity ${low}\u2013${high}`, value: start, min: low, max: high, onchange: (value) => { neighbours = value; } });
  const compute = mwButton({ text: "Compute", onclick: () => python.ask("project", { method, neighbours, seed: 0 }) });
  count.control.setAttribute("aria-label", `Perplexity, ${low} to ${high}`);
  for (const control of [methods.control, count.control, compute]) python.bind(control, "project", "A new projection");
  const few = !config.neighbours.length;
  const marks = mwSegments({ label: "Marks", options: [["auto", "Auto"], ["images", "Images"], ["dots", "Dots"]], value: "auto", onchange: (value) => save({ marks: value }) });
  const metric = mwChoice({ label: "Metric", options: Object.entries(EM_WORDS).map(([value, text]) => [value, text.replace(" distance", "")[0].toUpperCase() + text.replace(" distance", "").slice(1)]), value: model.get("metric"), onchange: (value) => save({ metric: value }) });
  const borders = mwCheck({ label: "Borders", value: true, onchange: (value) => save({ borders: value }) });
  borders.control.setAttribute("aria-label", "Borders");
  const zoomButton = (text, name, onclick) => mwEl("button", { type: "button", class: "mw-button em-zoom", "aria-label": name, title: name, onclick }, text);
  const tools = mwEl("div", { class: "em-tools", role: "toolbar", "aria-label": "Map" },
    zoomButton("+", "Zoom in", () => zoomBy(1.5)), zoomButton("\u2212", "Zoom out", () => zoomBy(1 / 1.5)), zoomButton("\u2922", "Show all", () => showAll()),
  );
  const lassoButton = zoomButton(emLassoIcon(), "Lasso: draw around items to choose them (Shift and drag does it too)", () => setMode(mode === "lasso" ? "pan" : "lasso"));
  lassoButton.setAttribute("aria-pressed", "false");
  tools.append(lassoButton);
  const setMode = (next) => { mode = next; lassoButton.setAttribute("aria-pressed", String(mode === "lasso")); plot.node.classList.toggle("is-lasso", mode === "lasso"); };

  const plot = emPlot({ space, arrays, config, names, on: {
    hover: (i) => { if (pointed !== i) { pointed = i; selection.hover(i < 0 ? "" : config.ids[i]); repaint(); } },
    pick: (i) => { if (i >= 0) pin(i); else if (pinned() >= 0) selection.set(""); repaint(); },
    chosen: (indices) => { choose(indices); setMode("pan"); },
    lassoing: () => mode === "lasso",
    moved: () => { settleZoom(); repaintMap(); },
    paint: () => repaintMap(),
  } });
  const words = emWords({ space, arrays, config, names, images: Boolean(plot.images) });
  const detail = emDetail({ space, config, names, what, onPick: (i) => { pin(i, true); } });
  const lasso = emChosen({ space, config, names, what, onClear: () => choose([]), onCopy: () => mwCopy(model.get("lasso").join("\n"), frame), onPick: (i) => pin(i, true) });
  const geometry = emGeometry({ space, arrays, config, names, onStep: (step) => player.set(step), onMatrix: (value) => save({ matrix: value }), onClass: (k) => choose(Array.from(space.labels.keys()).filter((i) => space.labels[i] === k)) });
  const main = mwEl("div", { class: "em-main" }, mwEl("div", { class: "em-stage" }, plot.node, tools), words.legend, words.note, lasso.node);
  body.append(
    mwEl("header", { class: "em-header" }, mwEl("h3", {}, config.label), words.reading),
    space.steps > 1 ? player.node : "",
    mwEl("div", { class: "mw-toolbar em-toolbar" },
      mwEl("div", { class: "mw-field" }, mwEl("span", { class: "mw-field-label" }, "Projection"), flat.node),
      methods.node, count.node, compute,
      plot.images && mwEl("div", { class: "mw-field" }, mwEl("span", { class: "mw-field-label" }, "Marks"), marks.node),
      metric.node, config.decides && borders.node),
    mwEl("div", { class: "em-columns" }, main, mwEl("div", { class: "em-side" }, detail.node)),
    geometry.node,
  );

  // -- where everything lies
  const decoded = new Map(); // places of a computed projection, decoded once
  const computed = (name) => {
    const found = (model.get("projections") ?? {})[name];
    if (!found) return null;
    if (!decoded.has(found.places)) {
      const bytes = Uint8Array.from(atob(found.places), (c) => c.charCodeAt(0));
      decoded.set(found.places, new Float32Array(bytes.buffer));
    }
    return { ...found, data: decoded.get(found.places) };
  };
  const layout = (step) => {
    const name = model.get("projection");
    const found = name === "pca" ? null : computed(name);
    if (!found) {
      return {
        name: "pca", key: `pca ${step % space.states}`, items: mwAt(arrays.pca, step % space.states).data,
        prototypes: mwAt(arrays.pca_prototypes, step).data, all: [arrays.pca.data, arrays.pca_prototypes.data],
        axes: config.explained.map((part, i) => `principal axis ${i + 1} \u00b7 ${mwPercent(part)} of variance`),
      };
    }
    const items = found.data.subarray(0, 2 * space.n);
    const prototypes = step === found.step && found.data.length > 2 * space.n ? found.data.subarray(2 * space.n) : null;
    return { name, found, key: `${name} ${found.places.length} ${found.steps ?? 0} ${found.seed} ${found.neighbours} ${found.step}`, items, prototypes, all: [found.data], axes: [name === "tsne" ? "t-SNE 1" : "UMAP 1", name === "tsne" ? "t-SNE 2" : "UMAP 2"] };
  };
  let before = null; // what the eye saw last: where a new projection starts its way from
  let moving = null;
  let way = "";
  const glide = (target) => {
    const still = matchMedia("(prefers-reduced-motion: reduce)").matches || "mwPrint" in document.documentElement.dataset;
    if (way !== target.name + (target.found?.steps ?? "") + (target.found?.places.length ?? "")) {
      const first = way === "";
      way = target.name + (target.found?.steps ?? "") + (target.found?.places.length ?? "");
      if (!first && before && !still) moving = { from: rescaled(before, target), start: performance.now() };
      plot.camera.bounds(emBounds(...target.all));
      plot.camera.restore(model.get("zoom").length === 3 ? model.get("zoom") : []);
    }
    if (!moving) return target.items;
    const part = Math.min(1, (performance.now() - moving.start) / 700);
    const eased = part * part * (3 - 2 * part);
    if (part === 1) { moving = null; return target.items; }
    repaintMap();
    return target.items.map((value, i) => moving.from[i] * (1 - eased) + value * eased);
  };
  // Old places in the new map's measure, so that the way from one to the other is short.
  const rescaled = ({ items, bounds }, target) => {
    const to = emBounds(...target.all);
    const scale = Math.min((to[2] - to[0]) / (bounds[2] - bounds[0]), (to[3] - to[1]) / (bounds[3] - bounds[1]));
    return items.map((value, i) => (value - (bounds[i % 2] + bounds[2 + (i % 2)]) / 2) * scale + (to[i % 2] + to[2 + (i % 2)]) / 2);
  };

  // -- who is shown
  const pinned = () => (selection.pinned() ? space.index.get(selection.get()) ?? -1 : -1);
  const typical = (step) => {
    let [worst, most] = [-1, -Infinity];
    const value = model.get("metric");
    for (let i = 0; i < space.n; i++) {
      if (config.has_sides && space.isSupport(i)) continue;
      const d = space.between(space.item(step, i), space.prototype(step, space.labels[i]), value);
      if (d > most) [worst, most] = [i, d];
    }
    return worst;
  };
  const focus = (step) => {
    const id = space.index.get(selection.get()) ?? -1;
    if (id >= 0) return [id, selection.pinned() ? "pinned" : "pointed"];
    return [typical(step), "typical"];
  };
  const pin = (i, reveal = false) => {
    selection.set(pinned() === i && !reveal ? "" : config.ids[i]);
    if (reveal) { const { items } = layout(player.get()); plot.camera.reveal(items[2 * i], items[2 * i + 1]); settleZoom(); }
    repaint();
  };
  const choose = (indices) => {
    save({ lasso: indices.map((i) => config.ids[i]) });
    frame.say(indices.length ? `${indices.length} items chosen.` : "No items chosen.");
    repaint();
  };
  const chosen = () => (model.get("lasso") ?? []).map((id) => space.index.get(id)).filter((i) => i !== undefined);

  // -- zoom
  let zoomTimer = 0;
  const settleZoom = () => {
    clearTimeout(zoomTimer);
    zoomTimer = setTimeout(() => save({ zoom: plot.camera.whole ? [] : plot.camera.saved() }), 200);
  };
  const zoomBy = (factor) => {
    const i = pinned();
    const place = i < 0 ? [] : [plot.camera.u(layout(player.get()).items[2 * i]), plot.camera.v(layout(player.get()).items[2 * i + 1])];
    plot.camera.zoomAt(factor, ...place);
    settleZoom();
    repaintMap();
  };
  const showAll = () => { plot.camera.reset(); settleZoom(); repaintMap(); };

  // -- painting
  let spoken = "";
  const look = () => {
    const step = player.get();
    const value = model.get("metric");
    const [current, kind] = focus(step);
    const target = layout(step);
    const key = [step, current, value].join();
    if (memory.key !== key) memory = { key, neighbours: current < 0 ? [] : space.neighbours(step, current, value, 6), ranked: current < 0 ? [] : space.ranks(step, current, value) };
    const planes = target.name === "pca" && model.get("borders") && arrays.planes_euclidean;
    return {
      step, metric: value, current, mode: kind, pinned: kind === "pinned", theme, target, nearest: space.nearest(step, value),
      neighbours: memory.neighbours, ranked: memory.ranked, atlas: plot.atlas(theme), marks: model.get("marks"),
      planes: planes ? mwAt(value === "cosine" ? arrays.planes_cosine : arrays.planes_euclidean, step).data : null,
      kind: model.get("matrix"), chosen: chosen(),
    };
  };
  const paintMap = (state = look()) => {
    const { target } = state;
    const items = glide(target);
    const still = items === target.items;
    plot.paint({
      ...state, items, layoutKey: still ? target.key : `${performance.now()}`, prototypes: still ? target.prototypes : null, planes: still ? state.planes : null, axes: target.axes,
      trails: still && target.name === "pca" && space.steps > 1 && space.way <= 20 ? arrays.pca_prototypes.data : null,
      neighbours: state.mode === "typical" ? [] : state.neighbours.map(([j]) => j), chosen: new Set(state.chosen),
    });
    before = { items, bounds: emBounds(...target.all) };
  };
  const paintRest = (state = look()) => {
    geometry.paint(state); // canvases first: what they write has the browser lay out what was touched before
    spoken = detail.show(state);
    lasso.show(state.chosen, { ...state, what });
    words.show(state);
    flat.set(state.target.name);
    flat.control.forEach((button, i) => {
      const name = ["pca", "tsne", "umap"][i];
      button.hidden = name === "umap" && !config.umap && !computed("umap");
      mwDisable(button, name !== "pca" && !computed(name));
      button.title = button.disabled ? "not computed yet: press Compute" : "";
    });
    marks.set(state.marks);
    metric.set(state.metric);
    borders.set(model.get("borders"));
    mwDisable(borders.control, state.target.name !== "pca");
  };
  const paint = () => {
    const state = look();
    paintMap(state);
    paintRest(state);
  };
  // What the eye follows is drawn with the frame, what is read beside it behind the frame.
  const repaintRest = mwRepaint(() => paintRest(), { el: root, signal, after: true });
  const repaint = mwRepaint(() => { paintMap(); repaintRest(); }, { el: root, signal });
  const repaintMap = mwRepaint(() => paintMap(), { el: root, signal });

  // -- keys, and what changes from elsewhere
  const go = (du, dv) => {
    const [current, kind] = focus(player.get());
    const next = kind === "typical" && pointed < 0 ? plot.central() : plot.towards(current, du, dv);
    if (next < 0) return;
    pointed = next;
    if (pinned() >= 0) selection.set(config.ids[next]);
    else selection.hover(config.ids[next]);
    const { items } = layout(player.get());
    plot.camera.reveal(items[2 * next], items[2 * next + 1]);
    settleZoom();
    paint();
    mwAnnounce(root, spoken);
  };
  const slide = (du, dv) => { plot.camera.pan(60 * du, 60 * dv); settleZoom(); repaintMap(); };
  mwKeys(plot.node, {
    ArrowLeft: () => go(-1, 0), ArrowRight: () => go(1, 0), ArrowUp: () => go(0, -1), ArrowDown: () => go(0, 1),
    "Shift+ArrowLeft": () => slide(1, 0), "Shift+ArrowRight": () => slide(-1, 0), "Shift+ArrowUp": () => slide(0, 1), "Shift+ArrowDown": () => slide(0, -1),
    Enter: () => { const [i] = focus(player.get()); if (i >= 0) pin(i, true); mwAnnounce(root, `Pinned. ${spoken}`); },
    " ": () => { const [i] = focus(player.get()); if (i >= 0) { const now = chosen(); choose(now.includes(i) ? now.filter((j) => j !== i) : [...now, i]); } },
    "+": () => zoomBy(1.5), "Shift++": () => zoomBy(1.5), "=": () => zoomBy(1.5), "-": () => zoomBy(1 / 1.5), 0: showAll, l: () => setMode(mode === "lasso" ? "pan" : "lasso"),
    Escape: () => {
      if (mode === "lasso") setMode("pan");
      else if (selection.get()) { pointed = -1; selection.set(""); } else if (model.get("lasso").length) choose([]);
      repaint();
    },
  });
  const say = mwLater(() => mwAnnounce(root, `${config.step_names[player.get()]}. ${words.reading.textContent}`), signal);
  mwListen(model, "change:step", () => {
    repaint();
    say();
  }, signal);
  for (const name of ["projection", "projections", "metric", "marks", "borders", "lasso", "matrix"]) mwListen(model, `change:${name}`, repaint, signal);
  mwListen(model, "change:zoom", () => {
    const saved = model.get("zoom");
    if (saved.length === 3 && saved.some((v, i) => Math.abs(v - plot.camera.saved()[i]) > 1e-9 * Math.abs(v))) { plot.camera.restore(saved); repaintMap(); }
    if (!saved.length && !plot.camera.whole) { plot.camera.reset(); repaintMap(); }
  }, signal);
  selection.on(repaint);
  let sized = false;
  mwOnWidth(main, (width) => {
    plot.fit(width);
    if (!sized) { plot.camera.bounds(emBounds(...layout(player.get()).all)); plot.camera.restore(model.get("zoom")); sized = true; } else if (!model.get("zoom").length) plot.camera.reset();
    repaint();
  }, signal);
  geometry.parts.forEach((part) => mwOnWidth(part, () => { geometry.fit(geometry.parts[0].clientWidth, geometry.parts[1].clientWidth); repaint(); }, signal));
  mwOnTheme(() => { theme = mwTheme(root); repaint(); }, signal);
  signal?.addEventListener("abort", () => { clearTimeout(zoomTimer); selection.close(); });
  if (few) [methods.control, count.control, compute].forEach((control) => { mwDisable(control, true); control.title = "t-SNE needs at least 7 items"; });
  paint();
} };
