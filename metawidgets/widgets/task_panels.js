// Two looks at drawn tasks, and what all panels share: where they lie in the space of tasks, and the data that they leave when pooled.

// Meta-training is round and blue, meta-testing a diamond and orange: in every panel, and by shape as well as by colour.
const TD_SIDES = { train: { k: 0, text: "meta-training" }, test: { k: 1, text: "meta-testing" } };
const tdColour = (side, theme, alpha = 1) => mwCss(mwClassRgb(TD_SIDES[side].k, theme), alpha);
function tdMark(ctx, side, x, y, r) {
  mwShapePath(ctx, side === "train" ? 0 : 3, x, y, r);
  ctx.fill();
}

const tdRange = (values, pad = 0.05) => {
  let [low, high] = [Infinity, -Infinity];
  for (const v of values) if (Number.isFinite(v)) { low = Math.min(low, v); high = Math.max(high, v); }
  if (low > high) return [0, 1];
  const by = pad * (high - low) || 0.5;
  return [low - by, high + by];
};
const tdGroup = (side, step) => (side === "train" ? 0 : step + 1);

// A titled canvas; draw(ctx, width, height, state), a legend, and a line of words below it, words(state).
function tdPanel({ title, height, draw, words, legend, focusable }) {
  const { canvas, ctx, resize } = mwCanvas({ class: "td-canvas", "aria-hidden": "true" });
  const note = mwEl("p", { class: "td-note" });
  const key = legend && mwPlotLegend(legend);
  const holder = mwEl("div", { class: "td-plot", ...(focusable ?? {}) }, canvas);
  let size = null;
  return {
    node: mwEl("figure", { class: "td-panel" }, mwEl("figcaption", {}, title), holder, key && key.node, note), holder, canvas,
    fit: (width) => { size = [width, height(width)]; resize(...size); },
    paint(state) {
      mwAfterDrawing(() => { note.textContent = words(state); });
      key?.paint(state.theme);
      if (!size) return;
      ctx.clearRect(0, 0, ...size);
      draw(ctx, ...size, state);
    },
  };
}

// The space of tasks: a point a task, and the box that a distribution draws from. onChoose([side, i]) by click or arrow keys;
// chosen() is the present one, which may be ahead of what was painted last.
function tdTasks({ arrays, config, chosen, onChoose }) {
  const n = config.n_tasks;
  const place = (group, i) => mwAt(mwAt(arrays.places, group), i).data;
  const boxes = config.ranges.flat().flat().filter((v) => v !== null);
  const column = (axis) => Array.from(arrays.places.data).filter((_, i) => i % 2 === axis);
  const ends = (axis) => config.ranges.flatMap((range) => range[axis]).filter((v) => v !== null);
  const domains = [0, 1].map((axis) => tdRange([...column(axis), ...(boxes.length ? ends(axis) : [])]));
  const scales = (width, height) => {
    const box = { left: 46, right: width - 10, top: 10, bottom: height - 40 };
    return { box, x: mwScale(domains[0], [box.left, box.right]), y: mwScale(domains[1], [box.bottom, box.top]) };
  };
  let size = [1, 1];
  let last = null;
  const draw = (ctx, width, height, state) => {
    size = [width, height];
    last = state;
    const { box, x, y } = scales(width, height);
    const [xLabel, yLabel] = config.axes;
    mwDrawAxes(ctx, { box, x, y, xTicks: mwTicks(...domains[0], width / 80), yTicks: mwTicks(...domains[1], height / 60), xLabel, theme: state.theme });
    ctx.save();
    ctx.fillStyle = state.theme.muted;
    ctx.textAlign = "left";
    ctx.textBaseline = "top";
    ctx.fillText(yLabel, box.left + 4, 0);
    ctx.restore();
    for (const side of ["train", "test"]) {
      const group = tdGroup(side, state.step);
      const range = config.ranges[group];
      if (range?.every((ends) => ends.every((v) => v !== null))) {
        ctx.strokeStyle = tdColour(side, state.theme);
        ctx.fillStyle = tdColour(side, state.theme, 0.07);
        ctx.lineWidth = 1.5;
        ctx.setLineDash(side === "train" ? [] : [5, 3]);
        const [[x0, x1], [y0, y1]] = range;
        ctx.fillRect(x(x0), y(y1), x(x1) - x(x0), y(y0) - y(y1));
        ctx.strokeRect(x(x0), y(y1), x(x1) - x(x0), y(y0) - y(y1));
        ctx.setLineDash([]);
      }
      for (let i = 0; i < n; i++) {
        const [u, v] = place(group, i);
        const chosen = state.chosen[0] === side && state.chosen[1] === i;
        ctx.fillStyle = tdColour(side, state.theme, chosen ? 1 : 0.75);
        tdMark(ctx, side, x(u), y(v), chosen ? 6 : 4);
        if (!chosen) continue;
        ctx.strokeStyle = state.theme.fg;
        ctx.lineWidth = 2;
        mwDotMark(ctx, x(u), y(v), 10, false);
      }
    }
  };
  const panel = tdPanel({
    title: "Tasks drawn from p(T)", height: (width) => Math.round(Math.min(300, Math.max(220, 0.8 * width))), draw,
    words: () => (config.explained.length
      ? `The two axes show ${mwPercent(config.explained[0] + config.explained[1])} of how tasks differ.`
      : "Each point is a task: one function. The frames are what the distributions draw from."),
    legend: Object.entries(TD_SIDES).map(([side, { text }]) => [text, (ctx, x, y, theme) => { ctx.fillStyle = tdColour(side, theme); tdMark(ctx, side, x, y, 5); }]),
    focusable: {
      tabindex: 0, role: "application", "aria-roledescription": "plot",
      "aria-label": "Tasks. Left and right visit the tasks, up and down go from meta-training to meta-testing and back.",
    },
  });
  const nearest = (event) => {
    const rect = panel.canvas.getBoundingClientRect();
    const { x, y } = scales(...size);
    let best = null;
    let least = 20;
    for (const side of ["test", "train"]) for (let i = 0; i < n; i++) {
      const [u, v] = place(tdGroup(side, last.step), i);
      const distance = Math.hypot(x(u) - (event.clientX - rect.left), y(v) - (event.clientY - rect.top));
      if (distance < least) [best, least] = [[side, i], distance];
    }
    return best;
  };
  panel.canvas.addEventListener("click", (event) => { const found = last && nearest(event); if (found) onChoose(found); });
  const go = (to) => onChoose([chosen()[0], (to + n) % n]);
  const by = (far) => () => go(chosen()[1] + far);
  const cross = () => onChoose([chosen()[0] === "train" ? "test" : "train", chosen()[1]]);
  mwKeys(panel.holder, { ArrowLeft: by(-1), ArrowRight: by(1), ArrowUp: cross, ArrowDown: cross, Home: () => go(0), End: () => go(n - 1) });
  return panel;
}

// Where curves and points of all groups lie, found once, so that nothing jumps as the distribution moves.
const TD_DOMAINS = new WeakMap();
function tdItemScales(arrays, kind, width, height) {
  if (!TD_DOMAINS.has(arrays)) {
    const all = (name) => [arrays[`support_${name}`].data, arrays[`query_${name}`].data].flatMap((d) => Array.from(d));
    const [xs, ys] = kind === "curve"
      ? [all("x"), [...all("y"), ...(arrays.curves ? arrays.curves.data : [])]]
      : [0, 1].map((axis) => all("x").filter((_, i) => i % 2 === axis));
    TD_DOMAINS.set(arrays, [tdRange(xs, 0.03), tdRange(ys)]);
  }
  const box = { left: 40, right: width - 8, top: 8, bottom: height - 24 };
  const [dx, dy] = TD_DOMAINS.get(arrays);
  return { box, dx, dy, x: mwScale(dx, [box.left, box.right]), y: mwScale(dy, [box.bottom, box.top]) };
}
const tdItemHeight = (width) => Math.round(Math.min(300, Math.max(220, 0.8 * width)));
function tdItemAxes(ctx, s, width, height, theme) {
  mwDrawAxes(ctx, { ...s, xTicks: mwTicks(...s.dx, width / 80), yTicks: mwTicks(...s.dy, height / 60), theme });
}
const tdPoint = (arrays, kind, side, group, task, i) => {
  const x = mwAt(mwAt(mwAt(arrays[`${side}_x`], group), task), i).data;
  return kind === "curve" ? [x[0], mwAt(mwAt(mwAt(arrays.support_y && arrays[`${side}_y`], group), task), i).data[0]] : [x[0], x[1]];
};

// All items of all tasks in one heap: what a learner sees that is told nothing of tasks.
function tdData({ arrays, config, thumbs }) {
  const { kind, n_tasks: n } = config;
  const label = (side, group, task, i) => mwAt(mwAt(arrays[`${side}_y`], group), task).data[i];
  const counts = { support: arrays.support_x.shape[2], query: arrays.query_x.shape[2] };
  const drawCurves = (ctx, width, height, { step, theme }) => {
    const s = tdItemScales(arrays, kind, width, height);
    tdItemAxes(ctx, s, width, height, theme);
    for (const side of ["train", "test"]) {
      ctx.fillStyle = tdColour(side, theme, 0.4);
      for (let task = 0; task < n; task++) for (const part of ["support", "query"]) for (let i = 0; i < counts[part]; i++) {
        const [u, v] = tdPoint(arrays, kind, part, tdGroup(side, step), task, i);
        tdMark(ctx, side, s.x(u), s.y(v), 2);
      }
      if (!arrays.curves) continue;
      const curves = mwAt(arrays.curves, tdGroup(side, step));
      const mean = Float32Array.from(arrays.grid.data, (_, j) => Array.from({ length: n }, (_, t) => mwAt(curves, t).data[j]).reduce((a, b) => a + b) / n);
      ctx.lineWidth = 2.5;
      ctx.strokeStyle = tdColour(side, theme);
      ctx.setLineDash(side === "train" ? [] : [6, 4]);
      mwDrawLine(ctx, mean.length, (j) => s.x(arrays.grid.data[j]), (j) => s.y(mean[j]));
      ctx.setLineDash([]);
    }
  };
  const drawPoints = (ctx, width, height, { step, theme, chosen }) => {
    const s = tdItemScales(arrays, kind, width, height);
    tdItemAxes(ctx, s, width, height, theme);
    const group = tdGroup(chosen[0], step);
    for (let task = 0; task < n; task++) for (const part of ["query", "support"]) for (let i = 0; i < counts[part]; i++) {
      const k = label(part, group, task, i);
      ctx.fillStyle = mwCss(mwClassRgb(k, theme), 0.55);
      mwShapePath(ctx, k, ...tdPoint(arrays, kind, part, group, task, i).map((v, axis) => [s.x, s.y][axis](v)), 2.6);
      ctx.fill();
    }
  };
  const drawImages = (ctx, width, height, { step, theme, chosen }) => {
    const cell = 40;
    const across = Math.floor(width / cell);
    const rows = Math.floor(height / (cell + 12));
    const all = n * counts.support;
    const shown = Math.min(all, across * rows);
    const group = tdGroup(chosen[0], step);
    for (let place = 0; place < shown; place++) {
      const item = (place * 7919) % all; // the heap is not sorted by task: a stride that has no factor in common with most sizes
      const [x, y] = [(place % across) * cell, Math.floor(place / across) * (cell + 12)];
      thumbs.support.draw(ctx, group * all + item, x + 4, y, cell - 8, theme.fg);
      const k = label("support", group, Math.floor(item / counts.support), item % counts.support);
      ctx.fillStyle = mwCss(mwClassRgb(k, theme));
      mwShapePath(ctx, k, x + cell / 2, y + cell - 1, 4);
      ctx.fill();
    }
  };
  const words = ({ step, chosen }) => {
    if (kind === "curve") {
      if (!config.one_for_all) return "All examples of all tasks in one heap.";
      const off = (side) => mwNumber(config.one_for_all[tdGroup(side, step)]);
      return `The best single function (line) misses the tasks by a squared error of ${off("train")} in meta-training, ${off("test")} in meta-testing.`;
    }
    if (kind === "points") return `Of ${TD_SIDES[chosen[0]].text}: every task puts its classes elsewhere, so in a heap the labels of ${n} tasks lie over each other.`;
    const kinds = new Set(config.names[tdGroup(chosen[0], step)].map((names) => names[0])).size;
    return `Of ${TD_SIDES[chosen[0]].text}: the first label (\u25cf) stands for ${kinds} different classes in ${n} tasks; in a heap it says nothing.`;
  };
  return tdPanel({ title: "The same as data, in one heap", height: tdItemHeight, draw: { curve: drawCurves, points: drawPoints, image: drawImages }[kind], words });
}
