// Which prototype is each query nearest to, and by how much: all steps are here. Python is asked only where edits need the learner.

export default { render({ model, el, signal }) {
  let config = model.get("config");
  let arrays = mwArrays(model);
  const { episode } = config;
  const names = episode.class_names;
  const [steps, n, way] = arrays.distances.shape;
  const labels = arrays.query_y.data;
  const images = arrays.query_x.shape.length === 4;
  const queries = images && mwThumbs(arrays.query_x);
  const supports = images && mwThumbs(arrays.support_x);
  const rowText = (q) => {
    const x = mwAt(arrays.query_x, q).data;
    return x.length === 2 ? `(${mwNumber(x[0], 2)}, ${mwNumber(x[1], 2)})` : `query ${q}`;
  };

  const space = mwPrototypeSpace(config, arrays);
  const frame = mwFrame({ model, el, label: config.label, signal });
  const { root, body } = frame;
  const python = mwPython(model, { frame, signal });
  const selection = mwSelection(model);
  let step = 0;
  let layout = null;
  let theme = mwTheme(root);
  let pinned = null; // [query, class], by click or key
  let pointed = null; // [query, class], by hovering or arrow keys
  let marked = -1; // the class of a selected support item
  let relative = false; // colour what a distance exceeds the nearest by, instead of the distance
  let [metric, sort, compare] = ["", "class", "new"];
  const edited = () => space.edits().length > 0;
  const which = () => (edited() && compare === "old" ? "old" : "new");
  const change = () => edited() && compare === "difference";
  const isAsked = (q) => which() === "old" || !space.moved()[q];
  const asked = () => Array.from(labels.keys()).filter(isAsked).length;
  const reading = (of = which()) => space.reading(of, metric, step);
  const metricName = () => PH_METRICS[metric]?.[1] ?? config.metric;
  // The support of class k as it is shown: its first example stands for the prototype.
  const members = (k) => {
    const { rows, labels: of } = which() === "new" ? space.support() : { rows: [...space.original.keys()], labels: space.original };
    return rows.filter((_, i) => of[i] === k);
  };
  const hasPrototype = (k) => members(k).length > 0;
  const { nameOf, thumb, draw } = mwPrototypeItems({ config, arrays, space, queries, supports });
  const prototypes = images && { draw: (ctx, k, ...rest) => draw(ctx, members(k)[0], ...rest) };
  const closest = () => {
    const { margin, first } = reading();
    const best = margin.reduce((at, m, q) => (!Number.isNaN(m) && (at < 0 || m < margin[at]) ? q : at), -1);
    return best < 0 ? null : [best, first[best]];
  };
  const current = () => pinned ?? pointed ?? closest();

  // -- colours
  const colours = mwPrototypeColours();
  let ranges = mwPrototypeRanges(space);
  const shown = () => (change() ? mwAt(ranges.differences(metric), step) : space.at(which(), metric, step));
  const zero = (q) => (relative && !change() ? shown().data[q * way + Math.max(0, reading().first[q])] : 0);
  const colour = (value, q) => colours.colour(value - zero(q));

  // -- parts
  const summary = mwEl("p", { class: "ph-summary" });
  const player = mwPlayer({ model, steps, label: config.axis_label, format: (t) => config.step_names[t], interval: 500, signal });
  const modes = [["Distance", false], ["Above the nearest", true]].map(([text, value]) => mwEl("button", {
    type: "button", class: "mw-button ph-mode", "aria-pressed": value === relative, onclick: () => { relative = value; showLegend(); repaint(); },
  }, text));
  const save = (name, value) => { model.set(name, value); model.save_changes(); };
  const metrics = mwPrototypeMetrics({ config, set: (value) => save("metric", value) });
  const sorting = mwChoice({ label: "Rows", options: [["class", "by class"], ["margin", "by margin"], ["error", "by error"]], value: sort, onchange: (value) => save("sort", value) });
  const versions = mwSegments({ label: "After the edits show", options: [["new", "Now"], ["old", "Before"], ["difference", "Difference"]], value: compare, onchange: (value) => save("compare", value) });
  const signs = mwPrototypeSigns();
  const nextWrong = mwEl("button", { type: "button", class: "mw-button ph-next", onclick: () => goWrong() }, "Next wrong query");
  const scroll = mwScrollCanvas({
    role: "application", "aria-roledescription": "matrix", signal,
    "aria-label": `${n} queries by ${way} classes. Arrow keys move, Enter pins a cell, Escape lets go.`,
    draw: (ctx, view) => { if (layout) { mwPaintMatrix(ctx, view, layout, paintState()); paintStrip(view); } },
  });
  const strip = mwCanvas({ class: "ph-strip", "aria-hidden": "true" });
  const detail = mwPrototypeDetail({ episode, images, queries, prototypes, members, rowText });
  const local = config.local;
  const edit = mwPrototypeEdit({
    config, space, thumb, nameOf, frame, go: (q) => go([q, reading("new").first[q]]),
    guard: (button) => (local ? button : python.bind(button, "edit", "Editing")),
    editable: () => local || python.can("edit"),
    why: local ? "" : `${config.fixed ? "This learner\u2019s own decisions cannot be computed here" : `Embeddings depend on the other items here (statistics: ${config.statistics})`}, so Python asks the learner again after each edit. ${python.why("edit", "Editing")}`,
    set: (edits) => (local ? save("edits", edits) : python.ask("edit", { edits })),
  });
  const without = mwPrototypeWithout({ config, space, names, nameOf, thumb, choose: (i) => { edit.choose(i); edit.node.scrollIntoView({ block: "nearest" }); } });
  detail.node.append(without.node);
  const matrix = mwEl("div", { class: "ph-matrix" }, scroll.node, strip.canvas);
  body.append(
    mwEl("header", { class: "ph-header" }, mwEl("h3", {}, config.label), summary),
    steps > 1 ? player.node : "",
    metrics.node,
    mwEl("div", { class: "ph-tools" }, versions.node, mwEl("div", { class: "ph-modes", role: "group", "aria-label": "Colour shows" }, modes), colours.node, sorting.node, nextWrong, signs),
    mwEl("div", { class: "ph-columns" }, matrix, detail.node),
    edit.node,
  );

  // -- showing
  const groupText = ({ members }) => {
    const { first } = reading();
    const wrong = members.filter((q) => first[q] >= 0 && first[q] !== labels[q]).length;
    const asked = members.filter(isAsked).length;
    return `${asked} ${asked === 1 ? "query" : "queries"}${wrong ? `, ${wrong} wrong` : ""}`;
  };
  const paintState = () => ({
    distances: shown(), reading: reading(), colour, labels, names, cell: current(), pinned: Boolean(pinned),
    marked, groupText, rowText, queries, prototypes, hasPrototype, theme,
  });
  let stripState = "";
  const paintStrip = (view) => {
    const needed = layout.height > view.height + 1;
    strip.canvas.hidden = !needed;
    const key = [step, view.top, view.height, relative, theme.bg, layout.width, metric, sort, compare, space.version()].join();
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
    const mode = pinned ? "pinned" : pointed ? "pointed" : "closest";
    const of = (name) => ({ distances: space.at(name, metric, step), probabilities: space.probabilities(name, metric, step), reading: reading(name) });
    const before = edited() && which() === "new" ? of("old") : null;
    spoken = detail.show({ cell, mode, ...of(which()), before, asked: isAsked(cell[0]), only: metric !== "" && arrays.probabilities, labels, theme });
    without.show({ q: cell[0], pinned, which: which(), metric, step, theme });
  };
  const showSummary = () => {
    const { first, second, margin } = reading();
    const wrong = first.filter((k, q) => k >= 0 && k !== labels[q]).length;
    const best = closest();
    mwDisable(nextWrong, wrong === 0);
    if (first.every((k) => k < 0)) summary.textContent = "No class has support yet: no query has a nearest prototype.";
    else {
      const tail = best ? ` Smallest margin: ${mwNumber(margin[best[0]])} (query ${best[0]}, ${names[first[best[0]]]} before ${names[second[best[0]]]}).` : "";
      summary.textContent = `${wrong} of ${asked()} queries ${wrong === 1 ? "is" : "are"} nearest to a wrong prototype.${tail}`;
    }
  };
  const showLegend = () => {
    colours.setRange(ranges.get(metric, change() ? "change" : relative ? "excess" : "distance"), change());
    colours.showLegend(change() ? `${metricName()}, now minus before` : relative ? `${metricName()} above the nearest` : metricName());
    modes.forEach((button, i) => { button.setAttribute("aria-pressed", relative === Boolean(i)); mwDisable(button, change()); });
  };
  const showMore = () => {
    metrics.show({ metric, step, right: (each) => space.right(which(), each, step), asked: n - space.moved().reduce((a, b) => a + b, 0) });
    edit.show({ step, metric, unit: metricName(), query: current()?.[0] ?? -1, theme });
  };
  // What follows along comes behind the frame: other distances' accuracies, what edits change.
  const follows = mwRepaint(showMore, { el: root, signal, after: true });
  const repaint = mwRepaint(() => { relayout(); showSummary(); showDetail(); scroll.paint(); follows(); }, { el: root, signal });

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
  const order = () => grouped.flatMap(({ members }) => members);
  const move = (down, right) => {
    if (!n) return;
    const [q, k] = current() ?? [order()[0], 0];
    const row = Math.min(n - 1, Math.max(0, order().indexOf(q) + down));
    go([order()[row], Math.min(way - 1, Math.max(0, Math.max(0, k) + right))]);
  };
  const goWrong = () => {
    const { first } = reading();
    const rows = order();
    const start = pinned || pointed ? rows.indexOf(current()[0]) : -1;
    const q = [...rows.slice(start + 1), ...rows.slice(0, start + 1)].find((i) => first[i] >= 0 && first[i] !== labels[i]);
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
    if (marked >= 0) edit.choose(space.placeOf.get(id), false);
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

  // -- following step, metric, order, edits, size and theme
  mwListen(model, "change:cell", fromPython, signal);
  const settled = mwLater(() => mwAnnounce(root, summary.textContent), signal);
  mwListen(model, "change:step", () => { step = player.get(); repaint(); settled(); }, signal);
  const choose = () => {
    [sort, compare] = [model.get("sort"), model.get("compare")];
    metric = config.off || model.get("metric") === config.own ? "" : model.get("metric");
    sorting.set(sort);
    versions.set(compare);
    versions.node.hidden = !edited();
    showLegend();
  };
  const takeEdits = () => {
    const edits = model.get("edits") ?? [];
    // Edits that the learner has to be asked about come with its answer.
    space.setEdits(config.local || !edits.length ? edits : config.edited, arrays);
    ranges = mwPrototypeRanges(space);
    choose();
    repaint();
    settled();
  };
  for (const name of ["metric", "sort", "compare"]) mwListen(model, `change:${name}`, () => { choose(); repaint(); settled(); }, signal);
  mwListen(model, "change:edits", takeEdits, signal);
  mwOnData(model, () => { [config, arrays] = [model.get("config"), mwArrays(model)]; takeEdits(); }, signal);
  const measuring = document.createElement("canvas").getContext("2d");
  let [grouped, laid, width] = [[], "", 0];
  const regroup = () => { grouped = mwRowGroups(sort, reading(), space.at(which(), metric, step), labels, names); };
  // Rows are laid out anew where their order or the width has changed.
  function relayout() {
    regroup();
    const key = `${width} ${grouped.map(({ title, members }) => `${title} ${members}`)}`;
    if (!width || key === laid) return;
    laid = key;
    measuring.font = `600 12px ${theme.font}`;
    layout = mwMatrixLayout({ grouped, labels, names, width: width - PH_STRIP - 24, images, measure: (text) => measuring.measureText(text).width });
    const view = Math.min(layout.height, Math.max(300, layout.head + 420));
    scroll.node.style.width = `${Math.min(layout.width + 16, width - PH_STRIP - 8)}px`;
    scroll.resize({ width: layout.width, height: layout.height, view });
    stripState = "";
  }
  mwOnWidth(scroll.node.parentElement, (now) => { width = now; relayout(); }, signal);
  mwOnTheme(() => { theme = mwTheme(root); colours.setTheme(theme); showLegend(); repaint(); }, signal);
  signal?.addEventListener("abort", () => { selection.close(); });
  step = player.get();
  colours.setTheme((theme = mwTheme(root)));
  takeEdits();
  edit.node.open = edited();
  fromPython();
  regroup();
  for (const show of [showSummary, showDetail, showMore]) show(); // at once: a page printed or read before a frame has its words
} };
const PH_STRIP = 44;
