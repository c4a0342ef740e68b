// Points in the plane and samples of a curve: click to place, drag to move; arrows go from item to item, with shift they move it.

// mwbPlane({store, python, current, look, choose, brush}) -> {node, paint(theme), fit(width), focus(key), keys, add()}
// brush() -> {side, cls}: what a click places. look(key) and choose(key) follow pointer and focus.
function mwbPlane({ store, python, current, look, choose, brush, signal }) {
  const svg = mwEl("svg", { class: "eb-plot", role: "group" });
  const frame = mwEl("g", { "aria-hidden": "true" });
  const truth = mwEl("path", { class: "eb-truth" });
  const layer = mwEl("g", {});
  svg.append(frame, truth, layer);
  const list = mwEl("div", { class: "eb-classes" });
  const key = mwEl("ul", { class: "eb-key" });
  const node = mwEl("div", { class: "eb-plane" }, svg, mwEl("div", { class: "eb-beside" }, list, key));
  const marks = new Map();
  const heads = new Map();
  let [width, sx, sy, span, held, order] = [0, null, null, [1, 1], null, []];

  const curve = () => store.doc().kind === "curve";
  const clean = (values) => values.map((v) => Math.fround(Math.min(1e5, Math.max(-1e5, v))));
  const wave = () => (curve() ? mwbTruth(store) : null);

  function measure() {
    const doc = store.doc();
    const at = Object.values(doc.items).map((item) => item.at);
    const task = wave();
    const range = (axis) => {
      let values = at.map((p) => p[axis]);
      if (task && axis === 0 && task.x) values = [...values, ...task.x];
      if (task && axis === 1 && task.x) values = [...values, ...Array.from({ length: 41 }, (_, i) => task.f(task.x[0] + (i / 40) * (task.x[1] - task.x[0])))];
      const [low, high] = values.length ? [Math.min(...values), Math.max(...values)] : [-1, 1];
      const pad = Math.max(0.12 * (high - low), 0.5 - 0.5 * (high - low), 1e-3);
      return [low - pad, high + pad];
    };
    const [xr, yr] = [range(0), range(1)];
    const height = Math.round(curve() ? Math.min(320, Math.max(210, 0.55 * width)) : Math.min(420, width));
    const box = { left: 44, right: width - 10, top: 10, bottom: height - 36 };
    const unit = Math.max((xr[1] - xr[0]) / (box.right - box.left), (yr[1] - yr[0]) / (box.bottom - box.top));
    const wide = ([low, high], pixels) => {
      const spare = (unit * pixels - (high - low)) / 2;
      return curve() ? [low, high] : [low - spare, high + spare]; // in the plane a unit is as long across as up
    };
    const [xs, ys] = [wide(xr, box.right - box.left), wide(yr, box.bottom - box.top)];
    span = [xs[1] - xs[0], ys[1] - ys[0]];
    [sx, sy] = [mwbScale(xs, box.left, box.right), mwbScale(ys, box.bottom, box.top)];
    svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
    Object.assign(svg.style, { width: `${width}px`, height: `${height}px` });
    const line = (x1, y1, x2, y2) => mwEl("line", { x1, y1, x2, y2, class: "mw-grid-line" });
    const text = (x, y, anchor, value, name = "mw-tick") => mwEl("text", { x, y, "text-anchor": anchor, class: name }, value);
    frame.replaceChildren(
      ...mwTicks(...xs, width / 70).flatMap(([t, label]) => [line(sx(t), box.top, sx(t), box.bottom), text(sx(t), box.bottom + 15, "middle", label)]),
      ...mwTicks(...ys, height / 50).flatMap(([t, label]) => [line(box.left, sy(t), box.right, sy(t)), text(box.left - 6, sy(t) + 4, "end", label)]),
      text((box.left + box.right) / 2, height - 3, "middle", curve() ? "x" : "x\u2081", "mw-axis"),
      mwEl("text", { class: "mw-axis", "text-anchor": "middle", transform: `translate(11 ${(box.top + box.bottom) / 2}) rotate(-90)` }, curve() ? "y" : "x\u2082"),
    );
    const points = task && Array.from({ length: 161 }, (_, i) => xs[0] + (i / 160) * (xs[1] - xs[0]));
    truth.setAttribute("d", points ? points.map((x, i) => `${i ? "L" : "M"}${sx(x).toFixed(1)},${sy(task.f(x)).toFixed(1)}`).join("") : "M0,0");
  }

  const mark = (id) => {
    const point = mwEl("g", {
      class: "eb-point", role: "button", tabindex: -1, dataset: { key: id },
      onfocus: () => { if (point.matches(":focus-visible")) look(id); },
    }, mwEl("circle", { r: 11, class: "mw-reach" }), mwEl("path", { class: "mw-mark" }));
    return point;
  };
  function paint() {
    const doc = store.doc();
    const { bad, counts } = store.verdict();
    if (!width || doc.kind === "sheet") return;
    if (!held || !sx) measure();
    const label = new Map(doc.classes.map((c, i) => [c.key, i]));
    const focused = document.activeElement?.dataset?.key;
    for (const [id, point] of marks) if (!doc.items[id]) { point.remove(); marks.delete(id); }
    order = Object.keys(doc.items).sort((a, b) => doc.items[a].at[0] - doc.items[b].at[0]);
    const stop = doc.items[current()] ? current() : order[0];
    for (const side of ["pool", "query", "support"]) {
      for (const [id, item] of mwbOrdered(doc, side)) {
        if (!marks.has(id)) marks.set(id, mark(id));
        const point = marks.get(id);
        const k = Math.max(0, label.get(item.class) ?? 0);
        point.setAttribute("class", `eb-point is-${side}${id === current() ? " is-current" : ""}${bad.has(id) ? " is-bad" : ""}${item.locked ? " is-locked" : ""}`);
        point.lastChild.setAttribute("class", `mw-mark mw-${side === "support" ? "support" : "query"}${curve() ? " mw-curve" : ""}`);
        point.lastChild.setAttribute("d", mwShapeD(k, side === "support" ? 5.5 : 4.5));
        if (!curve()) point.style.setProperty("--mw-mark", `var(--mw-class-${k % mwPalette.length})`);
        const [x, y] = held?.key === id ? held.at : item.at;
        point.setAttribute("transform", `translate(${sx(x)} ${sy(y)})`);
        point.setAttribute("tabindex", id === stop ? 0 : -1);
        const name = curve() ? "" : `, class ${doc.classes[k]?.name ?? ""}`;
        point.setAttribute("aria-label", `${side}${name}, at (${mwNumber(x)}, ${mwNumber(y)})${item.locked ? ", locked" : ""}${bad.has(id) ? ", at fault" : ""}`);
        if (layer.lastChild !== point && !held && document.activeElement !== point) layer.append(point);
      }
    }
    svg.setAttribute("aria-label", `${order.length} ${curve() ? "samples" : "points"}; click to place one, drag to move it`);
    if (focused && marks.has(focused) && document.activeElement !== marks.get(focused)) marks.get(focused).focus({ preventScroll: true });
    for (const [cls, head] of heads) if (!label.has(cls)) { head.node.remove(); heads.delete(cls); }
    const most = Math.max(1, ...counts.map(([, s, q]) => s + q));
    doc.classes.forEach((c, i) => {
      if (!heads.has(c.key)) heads.set(c.key, mwbHead({ key: c.key, store, python }));
      const head = heads.get(c.key);
      if (list.children[i] !== head.node) list.insertBefore(head.node, list.children[i] ?? null);
      head.show(i, counts[i], most);
    });
    legend(counts);
  }
  let legendOf = "";
  function legend(counts) {
    const [, shots, queries, pool] = counts.reduce((a, b) => b.map((n, i) => (i ? (a[i] ?? 0) + n : 0)), []);
    const what = JSON.stringify([curve(), shots, queries, pool, Boolean(wave())]);
    if (what === legendOf) return;
    legendOf = what;
    const entry = (side, text) => mwEl("li", {}, mwEl("svg", { width: 14, height: 14, viewBox: "-7 -7 14 14", class: `is-${side}`, "aria-hidden": "true" },
      mwEl("path", { class: `mw-mark mw-${side === "support" ? "support" : "query"}${curve() ? " mw-curve" : ""}`, d: mwShapeD(0, side === "support" ? 5.5 : 4.5) })), text);
    key.replaceChildren(entry("support", `${shots ?? 0} support`), entry("query", `${queries ?? 0} query`),
      ...(pool ? [entry("pool", `${pool} set aside`)] : []),
      ...(wave() ? [mwEl("li", {}, mwEl("svg", { width: 20, height: 14, viewBox: "0 -7 20 14", "aria-hidden": "true" }, mwEl("path", { class: "eb-truth", d: "M0,0H20" })), "where the samples came from")] : []));
  }

  // The pointer, in the units of the axes.
  const place = (event) => {
    const box = svg.getBoundingClientRect();
    return clean([sx.invert(event.clientX - box.left), sy.invert(event.clientY - box.top)]);
  };
  // The item under the pointer: of several, the one whose middle is nearest, whichever lies on top.
  const nearest = (event) => {
    const box = svg.getBoundingClientRect();
    const { items } = store.doc();
    const away = (id) => Math.hypot(sx(items[id].at[0]) - event.clientX + box.left, sy(items[id].at[1]) - event.clientY + box.top);
    const first = Object.keys(items).reduce((best, id) => (best === null || away(id) < away(best) ? id : best), null);
    return first !== null && away(first) <= 12 ? first : null;
  };
  const add = (at, turned = false) => {
    const { side, cls } = brush();
    const to = turned ? (side === "support" ? "query" : "support") : side;
    let made = "";
    const what = curve() ? "place a sample" : "place a point";
    store.edit(`${what} in ${to}`, (doc) => {
      if (!curve() && !doc.classes.length) return false;
      made = mwbAdd(doc, { class: curve() ? null : cls, side: to, at: clean(at) });
      return made !== "";
    });
    if (made) choose(made);
    return made;
  };
  svg.addEventListener("pointerdown", (event) => {
    if (event.button !== 0 || !event.isPrimary || held || !sx) return;
    const id = nearest(event);
    held = { key: id, pointer: event.pointerId, from: [event.clientX, event.clientY], moved: false, at: id && store.doc().items[id].at, start: place(event) };
    try { svg.setPointerCapture(event.pointerId); } catch { /* the pointer is gone already */ }
  });
  svg.addEventListener("pointermove", (event) => {
    if (!held || event.pointerId !== held.pointer) return;
    if (Math.hypot(event.clientX - held.from[0], event.clientY - held.from[1]) > 4) held.moved = true;
    if (!held.key || !held.moved || !store.doc().items[held.key]) return;
    const [to, from, start] = [place(event), store.doc().items[held.key].at, held.start];
    held.at = clean([from[0] + to[0] - start[0], from[1] + to[1] - start[1]]);
    paint();
  });
  svg.addEventListener("pointerup", (event) => {
    if (!held || event.pointerId !== held.pointer) return;
    const { key: id, moved, at } = held;
    held = null;
    if (id && moved) { store.edit("move an item", (doc) => { if (!doc.items[id]) return false; doc.items[id].at = at; return true; }); }
    if (id) { choose(id); marks.get(id)?.focus({ preventScroll: true }); }
    else if (!moved) add(place(event), event.shiftKey);
    paint();
  });
  const release = () => { if (held) { held = null; paint(); } };
  svg.addEventListener("pointercancel", release);
  addEventListener("keydown", (event) => { if (held?.moved && event.key === "Escape") { event.stopPropagation(); release(); } }, { capture: true, signal });

  // To the next item along an axis: 0 to the right, 1 upward.
  const go = (axis, by) => {
    const { items } = store.doc();
    const along = axis ? [...order].sort((a, b) => items[a].at[1] - items[b].at[1]) : order;
    const at = along.indexOf(document.activeElement?.dataset?.key);
    marks.get(along[Math.min(along.length - 1, Math.max(0, at + by))])?.focus();
  };
  const nudge = (id, dx, dy) => store.edit("move an item", (doc) => {
    const [x, y] = doc.items[id].at;
    doc.items[id].at = clean([x + (dx * span[0]) / 100, y + (dy * span[1]) / 100]);
  }, `nudge ${id}`);
  return {
    node, paint,
    fit(available) { width = curve() || available < 620 ? available : Math.min(480, available - 280); node.classList.toggle("is-narrow", width === available); paint(); },
    focus: (id) => marks.get(id)?.focus(),
    add: () => sx && add([sx.invert((44 + width - 10) / 2), sy.invert(parseFloat(svg.style.height) / 2 - 13)]),
    keys: {
      ArrowLeft: () => go(0, -1), ArrowRight: () => go(0, 1), ArrowUp: () => go(1, 1), ArrowDown: () => go(1, -1),
      Home: () => go(0, -order.length), End: () => go(0, order.length),
      "Shift+ArrowLeft": (id) => nudge(id, -1, 0), "Shift+ArrowRight": (id) => nudge(id, 1, 0),
      "Shift+ArrowUp": (id) => nudge(id, 0, 1), "Shift+ArrowDown": (id) => nudge(id, 0, -1),
    },
  };
}

function mwbScale([low, high], from, to) {
  const scale = (value) => from + ((value - low) / (high - low)) * (to - from);
  scale.invert = (pixel) => low + ((pixel - from) / (to - from)) * (high - low);
  return scale;
}

// The curve that the samples were drawn from, where the draw tells: {f, x: [low, high] or null}.
function mwbTruth(store) {
  const draw = store.draw();
  const { amplitude, phase, x_low: low, x_high: high, weights } = draw?.task ?? {};
  if ([amplitude, phase].every(Number.isFinite)) return { f: (x) => amplitude * Math.sin(x - phase), x: [low, high].every(Number.isFinite) ? [low, high] : null };
  if (weights?.length === 1) return { f: (x) => weights[0] * x, x: null };
  return null;
}
