// Points in the plane by class, or a curve's points: a plot with one tab stop; left and right go by x, up and down by y.

// mwEpisodePlot({items, names, chooser, axes}) -> {node, paint(theme), mark(current, selected, pinned), fit(width)}
function mwEpisodePlot({ items, names, chooser, axes }) {
  const curve = names.length === 0;
  const at = (item) => (curve ? [item.x.data[0], item.y[0]] : [item.x.data[0], item.x.data[1]]);
  const range = (axis) => {
    const values = items.map((item) => at(item)[axis]);
    const [low, high] = [Math.min(...values), Math.max(...values)];
    const pad = 0.06 * (high - low) || 1;
    return [low - pad, high + pad];
  };
  const [xs, ys] = [range(0), range(1)];
  const marks = new Map();
  const svg = mwEl("svg", { class: "mw-plot", role: "listbox", "aria-label": "Support and query points" });
  const frame = mwEl("g", { "aria-hidden": "true" });
  const node = mwEl("div", { class: curve ? "mw-plotted" : "mw-plotted mw-scatter" }, svg, legend());
  const byId = new Map(items.map((item) => [item.id, item]));
  let stop = items[0]?.id;
  let width = 0;

  // Support is drawn last: it is what the learner sees, and there is less of it.
  for (const item of [...items].reverse()) {
    const point = mwEl("g", {
      class: "mw-point", role: "option", tabindex: item.id === stop ? 0 : -1,
      "aria-label": mwItemName(item, items, names), "aria-selected": "false",
      onpointerenter: () => chooser.look(item.id),
      onfocus: () => { setStop(item.id); if (point.matches(":focus-visible")) chooser.look(item.id); },
      onclick: () => { point.focus({ preventScroll: true }); chooser.choose(item.id); },
    }, mwEl("circle", { r: 11, class: "mw-reach" }), sign(item.label, item.side));
    marks.set(item.id, point);
  }
  svg.append(frame, ...marks.values());

  function legend() {
    const key = (label, side, text, count) => mwEl(
      "li", { class: label < 0 ? "mw-side-key" : null },
      mwEl("svg", { width: 14, height: 14, viewBox: "-7 -7 14 14", "aria-hidden": "true" }, sign(label, side)),
      mwEl("span", { class: "mw-class-name" }, text), mwEl("span", { class: "mw-count" }, count),
    );
    const count = (side, label) => items.filter((item) => item.side === side && item.label === label).length;
    const sides = [key(-1, "support", curve ? "support" : "support: filled", curve ? count("support", -1) : ""),
      key(-1, "query", curve ? "query" : "query: outlined", curve ? count("query", -1) : "")];
    const classes = names.map((name, label) => key(label, "support", name, `${count("support", label)} + ${count("query", label)}`));
    return mwEl("ul", { class: "mw-legend" }, classes, sides);
  }
  function sign(label, side) {
    return mwEl("path", {
      class: `mw-mark mw-${side} ${curve ? "mw-curve" : ""}`, d: mwShapeD(Math.max(0, label), side === "support" ? 5.5 : 4.5),
      style: label >= 0 ? { "--mw-mark": `var(--mw-class-${label % mwPalette.length})` } : {},
    });
  }

  const draw = () => {
    const height = Math.round(curve ? Math.min(300, Math.max(190, 0.5 * width)) : Math.min(420, width));
    const [left, right, top, bottom] = [44, 10, 10, 36];
    const scale = ([low, high], from, to) => (value) => from + ((value - low) / (high - low)) * (to - from);
    // In the plane a unit is as long across as up: what is compared there are distances.
    const unit = Math.max((xs[1] - xs[0]) / (width - left - right), (ys[1] - ys[0]) / (height - top - bottom));
    const widened = ([low, high], pixels) => {
      const spare = (unit * pixels - (high - low)) / 2;
      return curve ? [low, high] : [low - spare, high + spare];
    };
    const [xr, yr] = [widened(xs, width - left - right), widened(ys, height - top - bottom)];
    const [px, py] = [scale(xr, left, width - right), scale(yr, height - bottom, top)];
    svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
    Object.assign(svg.style, { width: `${width}px`, height: `${height}px` });
    const line = (x1, y1, x2, y2) => mwEl("line", { x1, y1, x2, y2, class: "mw-grid-line" });
    const text = (x, y, anchor, value) => mwEl("text", { x, y, "text-anchor": anchor, class: "mw-tick" }, value);
    const name = (x, y, value, turn = 0) =>
      mwEl("text", { class: "mw-axis", "text-anchor": "middle", transform: `translate(${x} ${y}) rotate(${turn})` }, value);
    const [floor, wall] = [height - bottom, width - right];
    frame.replaceChildren(
      ...mwTicks(...xr, width / 70).flatMap(([t, label]) => [line(px(t), top, px(t), floor), text(px(t), floor + 15, "middle", label)]),
      ...mwTicks(...yr, height / 50).flatMap(([t, label]) => [line(left, py(t), wall, py(t)), text(left - 6, py(t) + 4, "end", label)]),
      name((left + wall) / 2, height - 3, axes[0]), name(11, (top + floor) / 2, axes[1], -90),
    );
    for (const [id, point] of marks) {
      const [x, y] = at(byId.get(id));
      point.setAttribute("transform", `translate(${px(x)} ${py(y)})`);
    }
  };
  function setStop(id) {
    marks.get(stop)?.setAttribute("tabindex", -1);
    marks.get((stop = id))?.setAttribute("tabindex", 0);
  }
  svg.addEventListener("pointerleave", () => chooser.look(""));
  // On the box around it: Chromium lets the tab key stop at an <svg> that listens to focus.
  node.addEventListener("focusout", (event) => { if (!svg.contains(event.relatedTarget)) chooser.look(""); });
  const sorted = [0, 1].map((axis) => [...items].sort((a, b) => at(a)[axis] - at(b)[axis]).map((item) => item.id));
  const go = (axis, by) => {
    const order = sorted[axis];
    marks.get(order[Math.min(order.length - 1, Math.max(0, order.indexOf(stop) + by))])?.focus();
  };
  mwKeys(svg, {
    ArrowLeft: () => go(0, -1), ArrowRight: () => go(0, 1), ArrowDown: () => go(1, -1), ArrowUp: () => go(1, 1),
    Home: () => go(0, -items.length), End: () => go(0, items.length),
    Enter: () => chooser.choose(stop), " ": () => chooser.choose(stop), Escape: () => chooser.letGo(),
  });
  return {
    node,
    paint() {}, // colours are the style sheet's
    mark(current, selected, pinned) {
      for (const [id, point] of marks) {
        point.classList.toggle("is-current", id === current);
        point.classList.toggle("is-selected", pinned && id === selected);
        point.setAttribute("aria-selected", String(pinned && id === selected));
      }
    },
    fit(available) {
      width = curve || available < 560 ? available : Math.min(460, available - 220);
      draw();
    },
  };
}
